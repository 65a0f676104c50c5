import { z } from 'zod';
import { durationMs, id, instantMs, sha256 } from '../primitives.ts';

/** An emergency for an area and all below it. Retained until it is ended, so that boxes that come later hear it too. */
export const interruptMessage = z.object({
  v: z.literal(1),
  interrupt: id,
  area: id,
  state: z.enum(['active', 'ended']),
  clip: z.object({ sha256, url: z.string().max(2000), bytes: z.int().min(1), durationMs }).nullable(),
  repeats: z.int().min(1).max(100),
  gapMs: durationMs,
  validUntil: instantMs,
});

export type InterruptMessage = z.infer<typeof interruptMessage>;
