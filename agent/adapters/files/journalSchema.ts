import { z } from 'zod';
import { reportRecord } from '../../../shared/contract/messages/report.ts';
import type { JournalEntry } from '../../domain/journalEntries.ts';

const item = z.string().min(1).max(64);
const instant = z.number();
const count = z.int().min(0);

/** What a line of the journal must be to be believed. */
export const journalEntry: z.ZodType<JournalEntry> = z.discriminatedUnion('e', [
  z.object({
    e: z.literal('base'),
    nextN: z.int().min(1),
    upTo: count,
    receiptSeq: count,
    settledBefore: instant,
    settled: z.array(z.tuple([item, instant])),
  }),
  z.object({
    e: z.literal('begun'),
    item,
    clip: z.string(),
    at: instant,
    durationMs: instant,
    planSeq: count,
    startedAt: instant,
  }),
  z.object({ e: z.literal('heard'), item, ms: instant }),
  z.object({ e: z.literal('record'), record: reportRecord, end: instant.nullable() }),
  z.object({ e: z.literal('receipt'), upTo: count, seq: count }),
]);
