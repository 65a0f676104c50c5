import type { JournalEntry } from '../domain/journalEntries.ts';
import type { Damage } from './documents.ts';

/** The append-only file of what was played and what is to be reported. */
export interface JournalFile {
  /** Size in bytes. */
  readonly size: number;
  /**
   * Appends entries in order. With `durable` it resolves when they are on the disk for good; a failure leaves none of them.
   */
  append(entries: readonly JournalEntry[], durable: boolean): Promise<void>;
  /** Replaces the whole content durably, or leaves it as it was. */
  rewrite(entries: readonly JournalEntry[]): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedJournal {
  readonly file: JournalFile;
  /** What it held, in order. */
  readonly entries: readonly JournalEntry[];
  /** Lines that were written for good and cannot be read any more, with how many. A torn last line is no damage. */
  readonly damage: readonly (Damage & { readonly lines: number })[];
}
