import { addDays, type Instant, instantAt, wallClock, type Zone } from '../../shared/core/time.ts';

/** What a plan covers: `from` <= at < `until`. */
export interface Horizon {
  readonly from: Instant;
  readonly until: Instant;
}

/** From the local midnight that began today to the one `days` later. Within a day it stays the same, and so does the plan. */
export function planHorizon(now: Instant, zone: Zone, days: number): Horizon {
  const today = wallClock(now, zone).date;
  return {
    // Where midnight itself is skipped or doubled by a clock change, the day may be seen to begin after `now`.
    from: Math.min(instantAt(today, 0, zone), now),
    until: instantAt(addDays(today, days), 0, zone),
  };
}
