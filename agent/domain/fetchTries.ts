import { type Instant, MINUTE, SECOND } from '../../shared/core/time.ts';
import { type BackoffLaw, backoffMs } from './backoff.ts';

/** Why a download failed: `network` may heal by itself at any moment, `bad` is the target's own fault. */
export type FetchTrouble = 'network' | 'bad';

export interface FetchTries {
  readonly failures: number;
  readonly trouble: FetchTrouble;
  /** Not tried again before. */
  readonly notBefore: Instant;
}

/** After so many failures in a row a clip is left alone for a quarter of an hour, or until the plan changes. */
export const TRIES_BEFORE_QUARANTINE = 5;
export const QUARANTINE_MS = 15 * MINUTE;

const LAW: BackoffLaw = { firstMs: 2 * SECOND, mostMs: 2 * MINUTE, leastMs: 500 };

/** @param random 0 to 1, drawn by the caller */
export function afterFailure(
  tries: FetchTries | undefined,
  trouble: FetchTrouble,
  now: Instant,
  random: number,
): FetchTries {
  const failures = (tries?.failures ?? 0) + 1;
  const wait = failures % TRIES_BEFORE_QUARANTINE === 0 ? QUARANTINE_MS : backoffMs(LAW, failures, random);
  return { failures, trouble, notBefore: now + wait };
}

export function quarantined(tries: FetchTries, now: Instant): boolean {
  return tries.failures >= TRIES_BEFORE_QUARANTINE && !mayTry(tries, now);
}

/** A clock that was set back must not make a clip wait for days: no wait is longer than the quarantine. */
export function mayTry(tries: FetchTries | undefined, now: Instant): boolean {
  return tries === undefined || now >= tries.notBefore || tries.notBefore - now > QUARANTINE_MS;
}
