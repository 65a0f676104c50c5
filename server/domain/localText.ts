import { DAY, HOUR, type Instant, MINUTE, SECOND, WEEKDAYS, wallClock, type Zone } from '../../shared/core/time.ts';
import type { WeeklyWindow } from '../../shared/core/windows.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** Wall-clock time of day as HH:MM, with seconds only where there are any. */
export function localTimeText(instant: Instant, zone: Zone): string {
  const { ofDay } = wallClock(instant, zone);
  const seconds = Math.floor((ofDay % MINUTE) / SECOND);
  const text = `${two(Math.floor((ofDay % DAY) / HOUR))}:${two(Math.floor((ofDay % HOUR) / MINUTE))}`;
  return seconds === 0 ? text : `${text}:${two(seconds)}`;
}

/** Wall-clock date and time: `2026-02-17 05:10`. */
export function localStamp(instant: Instant, zone: Zone): string {
  return `${wallClock(instant, zone).date} ${localTimeText(instant, zone)}`;
}

/** Windows for a person: `05:00-06:00 every day; 17:00-18:00 mon, tue`. */
export function windowsText(windows: readonly WeeklyWindow[]): string {
  if (windows.length === 0) return 'none, so it is silent all week';
  return windows
    .map(({ days, from, to }) => {
      const named = WEEKDAYS.filter((day) => days.includes(day));
      return `${from}-${to} ${named.length === 7 ? 'every day' : named.join(', ')}`;
    })
    .join('; ');
}

/** A length for a person: `1 min 15 s`. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / SECOND);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
