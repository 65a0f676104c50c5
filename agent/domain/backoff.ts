/**
 * Full jitter: a delay drawn evenly between nothing and a bound that doubles with each failure. Thousands of boxes that
 * lost the same server come back spread out instead of all at once (a listen backlog of 100 loses the rest for seconds).
 */
export interface BackoffLaw {
  /** Bound of the first delay, in ms. */
  readonly firstMs: number;
  /** No bound grows beyond this, in ms. */
  readonly mostMs: number;
  /** No delay is shorter than this, in ms. */
  readonly leastMs: number;
}

/**
 * @param failures failures so far in a row, 1 after the first
 * @param random 0 (inclusive) to 1 (exclusive), drawn by the caller
 * @returns ms to wait
 */
export function backoffMs(law: BackoffLaw, failures: number, random: number): number {
  const bound = Math.min(law.mostMs, law.firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.max(law.leastMs, Math.round(bound * random));
}
