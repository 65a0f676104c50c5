import { z } from 'zod';
import { durationMs, id, instantMs, sha256 } from '../primitives.ts';

/** How a planned play ended, as the box knows it. `unknown` is the server's word for 'not yet heard from the box'. */
export const REPORTED_OUTCOMES = ['played', 'partly', 'skipped'] as const;

/** Why a planned play was not, or not wholly, heard. */
export const SKIP_REASONS = [
  'preempted', // something more urgent took its place
  'clockNotTrusted',
  'clipMissing', // not downloaded, or its bytes are not those of its hash
  'muted', // volume 0 by configuration
  'outsideWindow', // the box's own guard
  'interrupted', // power or process lost while it played
  'boxOff', // the box was off, or its program not running, at that instant
  'planLate', // the plan that holds it reached the box after that instant
  'withdrawn', // taken out of the plan while it played
  'soundFault', // the sound device refused or stalled
  'decodeFault', // the clip could not be decoded
] as const;

export type ReportedOutcome = (typeof REPORTED_OUTCOMES)[number];
export type SkipReason = (typeof SKIP_REASONS)[number];

const common = {
  n: z.int().min(1).describe('grows by one a record, without gap, for the life of the box identity'),
  recordedAt: instantMs,
};

/** One planned play that ended. A box writes exactly one for each item whose time came. */
export const playbackRecord = z.object({
  ...common,
  kind: z.literal('playback'),
  item: id,
  planSeq: z.int().min(0),
  clip: sha256,
  at: instantMs.describe('the planned instant'),
  outcome: z.enum(REPORTED_OUTCOMES),
  reason: z.enum(SKIP_REASONS).nullable(),
  startedAt: instantMs.nullable().describe('when its first sample left the sink'),
  heardMs: durationMs.describe('of samples that the sink has taken'),
  clock: z.enum(['trusted', 'untrusted']),
});

/** How a command ended. */
export const resultRecord = z.object({
  ...common,
  kind: z.literal('result'),
  command: id,
  ok: z.boolean(),
  detail: z.string().max(20_000),
});

/** Something that a technician should know: a rejected message, a lost disk, a sound device that is gone. */
export const faultRecord = z.object({
  ...common,
  kind: z.literal('fault'),
  code: z.string().regex(/^[a-z][A-Za-z.]{1,60}$/),
  detail: z.string().max(500),
});

export const reportRecord = z.discriminatedUnion('kind', [playbackRecord, resultRecord, faultRecord]);

/** Records in the order of `n`. Sent again until the receipt covers them. */
export const reportMessage = z.object({
  v: z.literal(1),
  agent: id,
  oldest: z
    .int()
    .min(1)
    .describe(
      'lowest n that the box still keeps: a server whose ledger was restored from a backup waits for none below',
    ),
  records: z.array(reportRecord).min(1).max(500),
});

/** Everything up to and including `upTo` is in the ledger; the box may forget it. */
export const receiptMessage = z.object({
  v: z.literal(1),
  agent: id,
  upTo: z.int().min(0),
});

export type PlaybackRecord = z.infer<typeof playbackRecord>;
export type ReportRecord = z.infer<typeof reportRecord>;
export type ReportMessage = z.infer<typeof reportMessage>;
export type ReceiptMessage = z.infer<typeof receiptMessage>;
