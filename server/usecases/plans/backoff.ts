import type { Random } from '../../ports/system.ts';

/** Waiting times that double from `firstMs` up to `mostMs`, each drawn from its upper half, so that many do not come together. */
export interface Backoff {
  /** The next time to wait, in ms. */
  next(): number;
  /** After a success: the next failure waits shortly again. */
  reset(): void;
}

export function makeBackoff(random: Random, firstMs: number, mostMs: number): Backoff {
  let ceiling = firstMs;
  return {
    next() {
      const [byte = 0] = random.bytes(1);
      const wait = ceiling / 2 + (ceiling / 2) * (byte / 255);
      ceiling = Math.min(ceiling * 2, mostMs);
      return wait;
    },
    reset() {
      ceiling = firstMs;
    },
  };
}
