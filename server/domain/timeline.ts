import type { Instant } from '../../shared/core/time.ts';

/** Something that sounds from `at` for `durationMs`. */
export interface Sounding {
  readonly at: Instant;
  readonly durationMs: number;
}

/** Plays in order of time, of which no two overlap. */
export interface Timeline<T extends Sounding> {
  /** A play that sounds at some instant of `at`..`at + durationMs`, or null. */
  clash(play: Sounding): T | null;
  /** @throws RangeError when it would overlap: ask `clash` first */
  add(play: T): void;
  readonly plays: readonly T[];
}

export function makeTimeline<T extends Sounding>(): Timeline<T> {
  const plays: T[] = [];
  /** Index of the first play that begins at or after the instant. */
  const indexFrom = (at: Instant): number => {
    let low = 0;
    let high = plays.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((plays[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const clash = (play: Sounding): T | null => {
    const index = indexFrom(play.at);
    const before = plays[index - 1];
    if (before && before.at + before.durationMs > play.at) return before;
    const after = plays[index];
    return after && after.at < play.at + play.durationMs ? after : null;
  };
  return {
    plays,
    clash,
    add(play) {
      if (clash(play) !== null) throw new RangeError(`plays overlap at ${play.at}`);
      plays.splice(indexFrom(play.at), 0, play);
    },
  };
}
