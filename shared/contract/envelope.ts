import { z } from 'zod';
import { id } from './primitives.ts';

/**
 * Every message from the server is a compact JWS (RFC 7515) signed with Ed25519 (`alg` EdDSA, RFC 8037). Its payload is
 * this object: the claims tell a box for whom and how fresh the message is before it looks at the body.
 */
export const SIGNED_KINDS = ['plan', 'config', 'command', 'interrupt', 'receipt'] as const;
export type SignedKind = (typeof SIGNED_KINDS)[number];

/** In the protected header, so that a token signed for another purpose is never taken for a message. */
export const ENVELOPE_TYPE = 'loaban+jws';
export const ENVELOPE_ALGORITHM = 'EdDSA';

export const envelopeClaims = z.object({
  sub: id.describe('the agent, or for an interrupt the area, that the message is for'),
  kind: z.enum(SIGNED_KINDS),
  iat: z.int().min(0).describe('seconds since 1970, as JWT has it'),
  exp: z.int().min(0),
  seq: z.int().min(1).describe('grows with each message of this kind to this subject'),
  body: z.unknown(),
});

export type EnvelopeClaims = z.infer<typeof envelopeClaims>;

/** How long a message of each kind may be accepted after it was signed, in seconds. */
export const ENVELOPE_LIFETIME: Readonly<Record<SignedKind, number>> = {
  plan: 8 * 86_400, // seven days of items and a day to notice
  config: 400 * 86_400, // a box that was stored for the winter still knows its limits
  command: 3_600, // nobody wants last week's test tone
  interrupt: 86_400,
  receipt: 30 * 86_400,
};
