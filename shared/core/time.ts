/**
 * Instants are Unix milliseconds. Wall times belong to a zone; the zone's rules come from the runtime's own tz database
 * (Intl), so that a machine's update brings new rules. Nothing here reads a clock.
 */
export type Instant = number;
/** `YYYY-MM-DD` */
export type LocalDate = string;
/** `HH:MM` or `HH:MM:SS`; `24:00` is the end of a day where a range may end. */
export type LocalTime = string;

export const DEFAULT_ZONE = 'Asia/Ho_Chi_Minh';
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const LOCAL_DATE_PATTERN = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
export const LOCAL_TIME_PATTERN = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

/** Days since 1970-01-01 of a date, or null for a date that does not exist (2026-02-30). */
export function dayNumber(date: LocalDate): number | null {
  if (!LOCAL_DATE_PATTERN.test(date)) return null;
  const at = Date.parse(`${date}T00:00:00Z`);
  // Date.parse rolls the 31st of a short month over instead of refusing it.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? null : at / DAY;
}

export function dateOfDay(day: number): LocalDate {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** @throws RangeError for a date that does not exist */
export function addDays(date: LocalDate, days: number): LocalDate {
  const day = dayNumber(date);
  if (day === null) throw new RangeError(`no such date: ${date}`);
  return dateOfDay(day + days);
}

/** @throws RangeError for a date that does not exist */
export function weekdayOf(date: LocalDate): Weekday {
  const day = dayNumber(date);
  if (day === null) throw new RangeError(`no such date: ${date}`);
  // 1970-01-01 was a Thursday, index 3.
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
}

/** Milliseconds since midnight; `24:00` gives a whole day. @throws RangeError for anything else that is no time */
export function timeOfDay(time: LocalTime): number {
  if (time === '24:00') return DAY;
  if (!LOCAL_TIME_PATTERN.test(time)) throw new RangeError(`no such time: ${time}`);
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

export interface Zone {
  readonly id: string;
  /** Milliseconds to add to an instant to read its wall clock. */
  offsetAt(instant: Instant): number;
}

/** A zone by its IANA name. @throws RangeError when the runtime does not know it */
export function makeZone(id: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: id,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  // Offsets change at whole quarter hours only, so one answer serves the quarter; the map is bounded by being cleared.
  const known = new Map<number, number>();
  const quarter = 15 * MINUTE;
  return {
    id,
    offsetAt(instant) {
      const key = Math.floor(instant / quarter);
      const hit = known.get(key);
      if (hit !== undefined) return hit;
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(key * quarter)) part[type] = Number(value);
      const wall = Date.UTC(
        part.year ?? 0,
        (part.month ?? 1) - 1,
        part.day ?? 1,
        part.hour ?? 0,
        part.minute ?? 0,
        part.second ?? 0,
      );
      const offset = wall - key * quarter;
      if (known.size > 20_000) known.clear();
      known.set(key, offset);
      return offset;
    },
  };
}

/**
 * The instant at which the wall clock of a zone shows a date and a time of day. A time that a clock change skips is
 * taken as if the clock had not changed (02:30 becomes 03:30); of a time that occurs twice, the first is meant.
 * @param ofDay milliseconds since midnight; 24 h or more runs into the following day
 * @throws RangeError for a date that does not exist
 */
export function instantAt(date: LocalDate, ofDay: number, zone: Zone): Instant {
  const day = dayNumber(date);
  if (day === null) throw new RangeError(`no such date: ${date}`);
  const wall = day * DAY + ofDay;
  const before = zone.offsetAt(wall - DAY);
  const after = zone.offsetAt(wall + DAY);
  if (zone.offsetAt(wall - before) === before) return wall - before;
  if (zone.offsetAt(wall - after) === after) return wall - after;
  return wall - before;
}

/** Wall-clock date and milliseconds since midnight of an instant. */
export function wallClock(instant: Instant, zone: Zone): { date: LocalDate; ofDay: number } {
  const wall = instant + zone.offsetAt(instant);
  const day = Math.floor(wall / DAY);
  return { date: dateOfDay(day), ofDay: wall - day * DAY };
}
