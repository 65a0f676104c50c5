import { ENVELOPE_LIFETIME, type EnvelopeClaims, type SignedKind } from '../../shared/contract/envelope.ts';
import { DAY, type Instant } from '../../shared/core/time.ts';

/** The last message of a kind (and subject) that was taken: its number, and the hash of its text. */
export interface Seen {
  readonly seq: number;
  readonly hash: string;
}

export const REJECTIONS = [
  'message.tooLarge',
  'message.malformed',
  'message.badSignature',
  'message.wrongKind',
  'message.wrongSubject',
  'message.expired',
  'message.notYetValid',
  'message.replayed',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

export type Verdict =
  | { readonly take: 'new' }
  | { readonly take: 'duplicate' }
  | { readonly take: 'no'; readonly code: Rejection; readonly detail: string };

export interface EnvelopeContext {
  /** The kind that the topic carries. */
  readonly kind: SignedKind;
  /** The subject that the topic names, which is this box or an area that it belongs to. */
  readonly subject: string;
  /** The lower bound of the present; see `atLeast`. */
  readonly now: Instant;
  readonly clockTrusted: boolean;
  readonly seen: Seen | undefined;
  readonly hash: string;
}

/**
 * How far ahead of a trusted clock a message may be signed. Wide on purpose: the server's signed time is how a box learns
 * that its own clock is slow (one kept in a cupboard for the winter), so only nonsense is refused.
 */
const FUTURE_LIMIT_MS = 366 * DAY;

/** Whether a message whose signature is right may be acted upon. Pure; the caller has verified the signature. */
export function judgeEnvelope(claims: EnvelopeClaims, context: EnvelopeContext): Verdict {
  const no = (code: Rejection, detail: string): Verdict => ({ take: 'no', code, detail });
  if (claims.kind !== context.kind)
    return no('message.wrongKind', `a ${claims.kind} came on the topic of the ${context.kind}`);
  if (claims.sub !== context.subject)
    return no('message.wrongSubject', `a ${claims.kind} for ${claims.sub} came on the topic of ${context.subject}`);
  if (context.seen !== undefined && claims.seq === context.seen.seq && context.hash === context.seen.hash)
    return { take: 'duplicate' };
  if (claims.exp <= claims.iat || claims.exp - claims.iat > ENVELOPE_LIFETIME[claims.kind])
    return no('message.malformed', `a ${claims.kind} with a life of ${claims.exp - claims.iat} s`);
  if (claims.exp * 1000 <= context.now)
    return no('message.expired', `${claims.kind} ${claims.seq} expired ${new Date(claims.exp * 1000).toISOString()}`);
  if (context.clockTrusted && claims.iat * 1000 > context.now + FUTURE_LIMIT_MS)
    return no('message.notYetValid', `${claims.kind} ${claims.seq} was signed more than a year ahead of this clock`);
  if (context.seen !== undefined && claims.seq <= context.seen.seq)
    return no('message.replayed', `${claims.kind} ${claims.seq} after ${context.seen.seq}`);
  return { take: 'new' };
}
