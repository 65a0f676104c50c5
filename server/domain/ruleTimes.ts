import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import { addDays, DAY, type Instant, instantAt, type LocalDate, wallClock, type Zone } from '../../shared/core/time.ts';
import { fitsInside, type WeeklyWindow, windowSpans } from '../../shared/core/windows.ts';
import { isWithin, occurrencesOf, periodOf, ruleDates } from './occurrences.ts';

type Timed = Pick<ScheduleRule, 'weekdays' | 'dates' | 'times' | 'from' | 'to'>;

/** Long enough to see each weekday in both halves of a clock change. */
const DAYS_AHEAD = 14;

/**
 * Days on which a rule is yet to be heard: those of the first two weeks that it has left, and all dates that it names.
 * For weekly rules later weeks are like these.
 */
export function comingDates(rule: Timed, campaign: Campaign | null, today: LocalDate): LocalDate[] {
  const period = periodOf(rule, campaign);
  const first = period.from !== null && period.from > today ? period.from : today;
  const weekly = ruleDates(rule, campaign, first, addDays(first, DAYS_AHEAD));
  const named = rule.dates.filter((date) => date >= today && isWithin(date, period));
  return [...new Set([...weekly, ...named])].sort();
}

/** True when a rule is to be heard at `now` or later. */
export function isYetToCome(rule: Timed, campaign: Campaign | null, zone: Zone, now: Instant): boolean {
  return timesOn(rule, campaign, zone, now).next().done !== true;
}

/** True when a play of this length fits a window at some coming time of the rule. */
export function everFits(
  rule: Timed,
  campaign: Campaign | null,
  windows: readonly WeeklyWindow[],
  zone: Zone,
  durationMs: number,
  now: Instant,
): boolean {
  for (const { at, date } of timesOn(rule, campaign, zone, now)) {
    const midnight = instantAt(date, 0, zone);
    const spans = windowSpans(windows, zone, midnight - DAY, midnight + 2 * DAY);
    if (fitsInside(spans, at, at + durationMs)) return true;
  }
  return false;
}

function* timesOn(rule: Timed, campaign: Campaign | null, zone: Zone, now: Instant) {
  for (const date of comingDates(rule, campaign, wallClock(now, zone).date)) {
    const day = { ...rule, weekdays: [], dates: [date] };
    const from = Math.max(now, instantAt(date, 0, zone) - DAY);
    for (const { at } of occurrencesOf(day, campaign, zone, from, instantAt(date, 0, zone) + 2 * DAY))
      yield { at, date };
  }
}
