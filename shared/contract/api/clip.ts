import { z } from 'zod';
import { durationMs, id, isoInstant, label, language, paragraphs, sha256 } from '../primitives.ts';

export const CLIP_STATES = ['draft', 'submitted', 'approved', 'returned', 'withdrawn'] as const;
export type ClipState = (typeof CLIP_STATES)[number];

/** What became of an upload: the audio is there once it is `ready`. */
export const processing = z.discriminatedUnion('state', [
  z.object({ state: z.literal('queued') }),
  z.object({ state: z.literal('running'), progress: z.number().min(0).max(1) }),
  z.object({ state: z.literal('ready') }),
  z.object({ state: z.literal('failed'), code: z.string(), detail: z.string() }),
]);

/** The finished audio, as boxes play it. */
export const clipAudio = z.object({
  sha256,
  bytes: z.int().min(1),
  durationMs,
  lufs: z.number().describe('programme loudness, EBU R 128'),
  truePeakDb: z.number(),
  originalLufs: z.number(),
  originalTruePeakDb: z.number(),
  clippedShare: z.number().min(0).max(1),
});

/** A recording of a bulletin in one language (bản ghi âm). */
export const clip = z.object({
  id,
  bulletinId: id,
  language,
  voice: label(100).nullable().describe('who or what speaks, such as: espeak-ng, southern voice'),
  state: z.enum(CLIP_STATES),
  processing,
  original: z.object({ sha256, bytes: z.int(), name: z.string().max(255) }),
  audio: clipAudio.nullable(),
  approvedSha256: sha256.nullable().describe('of the audio that was approved; only these bytes may be planned'),
  reason: paragraphs(2000).nullable().describe('why it was returned or withdrawn'),
  uploadedAt: isoInstant,
});

/** The text fields of an upload (multipart/form-data), beside `file`. Forms send what was left blank as an empty text. */
export const clipUpload = z.object({
  language,
  voice: z
    .string()
    .optional()
    .transform((text) => (text === undefined || text.trim() === '' ? null : text))
    .pipe(label(100).nullable()),
});

export const clipReason = z.object({ reason: label(2000) });

/** One step of approval, never edited. */
export const approval = z.object({
  clipId: id,
  action: z.enum(['submit', 'approve', 'return', 'withdraw']),
  by: id,
  at: isoInstant,
  reason: z.string().nullable(),
  sha256: sha256.nullable(),
});

export const clipPeaks = z.object({
  peaksPerSecond: z.int(),
  peaks: z.array(z.int().min(-127).max(127)).describe('pairs: lowest and highest of each stretch'),
});

export type Clip = z.infer<typeof clip>;
export type ClipAudio = z.infer<typeof clipAudio>;
export type Processing = z.infer<typeof processing>;
export type Approval = z.infer<typeof approval>;
export type ClipUpload = z.infer<typeof clipUpload>;
