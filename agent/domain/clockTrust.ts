import { DAY, type Instant, MINUTE } from '../../shared/core/time.ts';

/**
 * The earliest instant that it can be: time has been proven to have come this far. A clock that shows less is wrong, and
 * a box with a wrong clock would play at night. Two proofs are kept: the server's signed time, and our own clock's
 * last reading while it was trusted.
 */
export interface ClockFloor {
  /** Highest `iat` of a message whose signature was right; 0: none yet. */
  readonly signed: Instant;
  /** Highest instant persisted from the box's own clock. */
  readonly own: Instant;
}

export const NO_FLOOR: ClockFloor = { signed: 0, own: 0 };

/**
 * A clock may be this much behind and still be trusted: the floor is there for clocks that woke up in another year, not
 * for those that drift, and a box that plays a minute late serves its village better than one that is silent.
 */
export const CLOCK_TOLERANCE_MS = 2 * MINUTE;

/** How far the own clock may push the floor beyond the server's last signed time: the life of a plan. */
const OWN_LEAD_MS = 8 * DAY;

export function floorInstant(floor: ClockFloor): Instant {
  return Math.max(floor.signed, floor.own);
}

/** False while the clock shows a time that has certainly passed already. */
export function clockTrusted(now: Instant, floor: ClockFloor): boolean {
  return now >= floorInstant(floor) - CLOCK_TOLERANCE_MS;
}

/** The best lower bound of the present: for judging expiry also with a clock that woke up in 1970. */
export function atLeast(now: Instant, floor: ClockFloor): Instant {
  return Math.max(now, floorInstant(floor));
}

/** The floor after a message signed at `iat` (Unix ms) was verified. */
export function raisedBySigned(floor: ClockFloor, iat: Instant): ClockFloor {
  return iat > floor.signed ? { ...floor, signed: iat } : floor;
}

/**
 * The floor after the own clock was read. A clock that runs far ahead must not poison the floor for good, so it may lead
 * the signed time by eight days at most; beyond that the floor stays.
 */
export function raisedByOwn(floor: ClockFloor, now: Instant): ClockFloor {
  const capped = Math.min(now, floor.signed + OWN_LEAD_MS);
  return floor.signed > 0 && capped > floor.own ? { ...floor, own: capped } : floor;
}
