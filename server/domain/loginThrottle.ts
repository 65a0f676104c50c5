import type { Instant } from '../../shared/core/time.ts';

export interface ThrottleLimits {
  /** Failures that cost nothing: people mistype. */
  readonly free: number;
  /** Wait after the first failure beyond those, in ms; it doubles with each further one. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** How long a failure is remembered, in ms. */
  readonly memoryMs: number;
  /** Most keys that are held; the one whose last failure is the oldest goes first. */
  readonly maxKeys: number;
}

export const LOGIN_LIMITS: ThrottleLimits = {
  free: 5,
  firstWaitMs: 1_000,
  longestWaitMs: 15 * 60_000,
  memoryMs: 60 * 60_000,
  maxKeys: 10_000,
};

/** Counts failures by key and says how long that key must wait. Time is always given, never read. */
export interface LoginThrottle {
  /** Milliseconds until the key may try again; 0: now. */
  waitMs(key: string, now: Instant): number;
  failed(key: string, now: Instant): void;
  succeeded(key: string): void;
}

export function createLoginThrottle(limits: ThrottleLimits = LOGIN_LIMITS): LoginThrottle {
  // Insertion order is the order of the last failures, because a failing key is put in anew.
  const failures = new Map<string, { count: number; at: Instant }>();
  return {
    waitMs(key, now) {
      const known = failures.get(key);
      if (known === undefined || now - known.at > limits.memoryMs) return 0;
      const beyond = known.count - limits.free;
      if (beyond <= 0) return 0;
      const wait = Math.min(limits.longestWaitMs, limits.firstWaitMs * 2 ** (beyond - 1));
      return Math.max(0, known.at + wait - now);
    },
    failed(key, now) {
      const known = failures.get(key);
      const count = known !== undefined && now - known.at <= limits.memoryMs ? known.count + 1 : 1;
      failures.delete(key);
      failures.set(key, { count, at: now });
      for (const oldest of failures.keys()) {
        if (failures.size <= limits.maxKeys) break;
        failures.delete(oldest);
      }
    },
    succeeded(key) {
      failures.delete(key);
    },
  };
}
