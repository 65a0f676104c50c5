/** Writing a file so that a power cut leaves either the old one or the new one, whole. */
export interface DurableWrite {
  readonly path: string;
  readonly data: string | Uint8Array;
  /** Permission bits of the file, such as 0o600. */
  readonly mode: number;
  /** 'create' rejects with code EEXIST when the file is already there, and leaves it alone. */
  readonly how: 'create' | 'replace';
}

/** Resolves when file and folder entry are on the disk. */
export type WriteDurably = (write: DurableWrite) => Promise<void>;
