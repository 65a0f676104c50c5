import { z } from 'zod';
import { id } from '../primitives.ts';

/** Something asked of one box, once. Its result comes back as a record in a report. */
export const commandMessage = z.object({
  v: z.literal(1),
  agent: id,
  command: id.describe('names the request in its result; a box carries each out at most once'),
  ask: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('testTone'), seconds: z.int().min(1).max(10) }),
    z.object({ kind: z.literal('reReport'), fromN: z.int().min(1) }),
    z.object({ kind: z.literal('logTail'), lines: z.int().min(1).max(200) }),
  ]),
});

export type CommandMessage = z.infer<typeof commandMessage>;
export type CommandAsk = CommandMessage['ask'];
