import type { ReportRecord } from '../../shared/contract/messages/report.ts';
import type { Instant } from '../../shared/core/time.ts';

/** An item began to sound. */
export interface BegunEntry {
  readonly e: 'begun';
  readonly item: string;
  readonly clip: string;
  readonly at: Instant;
  readonly durationMs: number;
  readonly planSeq: number;
  readonly startedAt: Instant;
}

/**
 * One line of the journal. `base` is what is left of forgotten lines; `begun` and `heard` are the trace of an item in
 * play, so that a box that loses its power in the middle can say how much was heard.
 */
export type JournalEntry =
  | {
      readonly e: 'base';
      readonly nextN: number;
      readonly upTo: number;
      readonly receiptSeq: number;
      readonly settledBefore: Instant;
      /** Item and its planned end. */
      readonly settled: readonly (readonly [string, Instant])[];
    }
  | BegunEntry
  | { readonly e: 'heard'; readonly item: string; readonly ms: number }
  /** `end` is the item's planned end, null for other records than playbacks. */
  | { readonly e: 'record'; readonly record: ReportRecord; readonly end: Instant | null }
  | { readonly e: 'receipt'; readonly upTo: number; readonly seq: number };
