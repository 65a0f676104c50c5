import { z } from 'zod';
import { sha256 } from '../../shared/contract/primitives.ts';

/** The small states of a box, each a file of its own: what is written often does not endanger what is written once. */
const count = z.int().min(0);
const instant = z.number().min(0);

/** Who this box is. `installation` is drawn before anything is asked of the server, so that a lost answer can be had again. */
export const identityState = z.object({
  installation: z.string().regex(/^[0-9a-f]{32}$/),
  identity: z
    .object({
      agentId: z.string(),
      villageId: z.string(),
      areas: z.array(z.string()),
      mqtt: z.object({ url: z.string(), username: z.string(), password: z.string() }),
      serverKey: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
    })
    .nullable(),
});
export type IdentityState = z.infer<typeof identityState>;
export type Identity = NonNullable<IdentityState['identity']>;

/** A held message as it was signed, so that each start verifies it anew. */
export const heldMessage = z.object({ token: z.string(), acceptedAt: instant }).nullable();
export type HeldMessage = z.infer<typeof heldMessage>;

/** Last number and hash taken, by kind (for interrupts by kind and area). */
export const seenState = z.record(z.string(), z.object({ seq: count, hash: z.string() }));
export type SeenState = z.infer<typeof seenState>;

export const clockState = z.object({ signed: instant, own: instant });

export const clipsState = z.record(sha256, z.object({ bytes: count, lastNeeded: instant }));
export type ClipsState = z.infer<typeof clipsState>;

/** Commands taken (the newest last), and those whose result is still owed. */
export const commandsState = z.object({ taken: z.array(z.string()), owed: z.array(z.string()) });
export type CommandsState = z.infer<typeof commandsState>;

/** How far record numbers may have gone: if the journal is lost, none is used twice. */
export const marksState = z.object({ reserved: count, upTo: count });
export type MarksState = z.infer<typeof marksState>;
