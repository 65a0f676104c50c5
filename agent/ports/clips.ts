import type { FetchTrouble } from '../domain/fetchTries.ts';

/** Where clips lie, by their sha256. */
export interface ClipFolder {
  /** The clip's file. */
  path(sha256: string): string;
  /** Where its bytes gather until they are complete. */
  partPath(sha256: string): string;
  /** Complete clips with their size in bytes. */
  list(): Promise<ReadonlyMap<string, number>>;
  remove(sha256: string): Promise<void>;
  /** Removes partial files of all but these. */
  removeParts(except: ReadonlySet<string>): Promise<void>;
  /** True when the file's bytes have the hash. */
  intact(sha256: string): Promise<boolean>;
  /** Where a test tone may be written. */
  scratchPath(name: string): string;
}

export interface FetchJob {
  /** http or https, absolute. */
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Bytes gather here; what is here already is resumed. */
  readonly part: string;
  /** The finished file. */
  readonly target: string;
}

export type FetchResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly trouble: FetchTrouble | 'stopped'; readonly code: string; readonly detail: string };

/** Brings a clip: resumed, checked, durable. Never rejects. */
export interface ClipFetcher {
  fetch(job: FetchJob, signal: AbortSignal): Promise<FetchResult>;
}
