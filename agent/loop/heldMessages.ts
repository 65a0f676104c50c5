import type { z } from 'zod';
import { envelopeClaims, type SignedKind } from '../../shared/contract/envelope.ts';
import { configMessage } from '../../shared/contract/messages/config.ts';
import { planMessage } from '../../shared/contract/messages/plan.ts';
import type { Document } from '../ports/documents.ts';
import type { SignatureVerifier } from '../ports/verifier.ts';
import type { HeldMessage } from './documents.ts';
import type { Target } from './target.ts';

export interface HeldDeps {
  readonly agentId: string;
  readonly verifier: SignatureVerifier;
  readonly plan: Document<HeldMessage>;
  readonly config: Document<HeldMessage>;
  readonly target: Target;
}

/**
 * Brings the target back from the disk. What is stored is the message as the server signed it, so a file that was changed
 * on the disk is as little believed as one from the broker. Expiry is not asked: it was fresh when it was taken, and a box
 * without network goes on with it.
 * @returns what could not be believed, in words
 */
export async function loadHeld(deps: HeldDeps): Promise<string[]> {
  const troubles: string[] = [];
  const config = await readHeld('config', configMessage, deps.config.value, deps);
  if (typeof config === 'string') troubles.push(config);
  else if (config !== null) deps.target.setConfig(config.seq, config.body);
  const plan = await readHeld('plan', planMessage, deps.plan.value, deps);
  if (typeof plan === 'string') troubles.push(plan);
  else if (plan !== null) deps.target.setPlan(plan.seq, plan.acceptedAt, plan.body);
  return troubles;
}

async function readHeld<T extends { readonly agent: string }>(
  kind: SignedKind,
  schema: z.ZodType<T>,
  held: HeldMessage,
  deps: HeldDeps,
): Promise<{ seq: number; acceptedAt: number; body: T } | string | null> {
  if (held === null) return null;
  const verified = await deps.verifier.verify(held.token);
  if (!verified.ok) return `the stored ${kind} does not bear the server's signature any more`;
  const json: unknown = JSON.parse(verified.payload); // signed by the server as JSON, and read as such before
  const claims = envelopeClaims.safeParse(json);
  if (!claims.success || claims.data.kind !== kind || claims.data.sub !== deps.agentId)
    return `the stored ${kind} is not for this box`;
  const body = schema.safeParse(claims.data.body);
  if (!body.success) return `the stored ${kind} cannot be read by this version`;
  return { seq: claims.data.seq, acceptedAt: held.acceptedAt, body: body.data };
}
