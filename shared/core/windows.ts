import {
  addDays,
  DAY,
  type Instant,
  instantAt,
  type LocalTime,
  timeOfDay,
  type Weekday,
  wallClock,
  weekdayOf,
  type Zone,
} from './time.ts';

/** A broadcast window (khung giờ) of a week: on these days from one local time to another. */
export interface WeeklyWindow {
  readonly days: readonly Weekday[];
  readonly from: LocalTime;
  /** Not after `from`: the window ends on the following day. `24:00` is midnight at the end of the day. */
  readonly to: LocalTime;
}

/** One occurrence of a window. */
export interface WindowSpan {
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
}

/** The occurrences that touch `from`..`to` (exclusive), in order; windows that overlap or meet are joined. */
export function windowSpans(windows: readonly WeeklyWindow[], zone: Zone, from: Instant, to: Instant): WindowSpan[] {
  const spans: WindowSpan[] = [];
  const last = wallClock(to, zone).date;
  // A window that crosses midnight may have begun the day before.
  for (let date = addDays(wallClock(from, zone).date, -1); date <= last; date = addDays(date, 1)) {
    const weekday = weekdayOf(date);
    for (const window of windows) {
      if (!window.days.includes(weekday)) continue;
      const start = timeOfDay(window.from);
      const end = timeOfDay(window.to);
      const span = {
        from: instantAt(date, start, zone),
        to: end > start ? instantAt(date, end, zone) : instantAt(date, end + DAY, zone),
      };
      if (span.to > from && span.from < to) spans.push(span);
    }
  }
  return joined(spans);
}

function joined(spans: WindowSpan[]): WindowSpan[] {
  const out: WindowSpan[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = out.at(-1);
    if (last && span.from <= last.to) out[out.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else out.push(span);
  }
  return out;
}

/** True when `from`..`to` lies wholly inside one of the spans: a broadcast that would run over its window does not fit. */
export function fitsInside(spans: readonly WindowSpan[], from: Instant, to: Instant): boolean {
  return spans.some((span) => from >= span.from && to <= span.to);
}
