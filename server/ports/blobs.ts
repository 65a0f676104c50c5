import type { Readable } from 'node:stream';

/** A file kept under the sha256 of its bytes. What is stored never changes; the same bytes are stored once. */
export interface StoredBlob {
  readonly sha256: string;
  readonly bytes: number;
}

export interface BlobStore {
  /** A path for work in progress on the same file system, so that `adopt` is one rename. Cleared at start. */
  temporaryPath(suffix: string): string;
  /** Streams to a temporary file; rejects with `tooLarge` beyond `maxBytes` and leaves nothing behind. */
  receive(stream: Readable, maxBytes: number): Promise<{ path: string; sha256: string; bytes: number }>;
  /** Hashes a finished file, makes it durable (fsync of file and folder) and moves it under its hash. */
  adopt(path: string): Promise<StoredBlob>;
  /** Removes a temporary file; missing is fine. */
  discard(path: string): Promise<void>;
  has(sha256: string): Promise<boolean>;
  size(sha256: string): Promise<number | null>;
  /** Absolute path of a stored blob, for programs that need one. The caller must not write to it. */
  pathOf(sha256: string): string;
  /** Bytes `start`..`end` inclusive (the whole blob without them). */
  read(sha256: string, range?: { start: number; end: number }): Readable;
}
