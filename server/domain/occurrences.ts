import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import {
  addDays,
  dayNumber,
  type Instant,
  instantAt,
  type LocalDate,
  timeOfDay,
  wallClock,
  weekdayOf,
  type Zone,
} from '../../shared/core/time.ts';

/** One time at which a rule wants its bulletin heard (the first of its repeats begins then). */
export interface Occurrence {
  readonly at: Instant;
  readonly date: LocalDate;
  /** False where the rule names a day outside its campaign's period: such a time is left out, and said so. */
  readonly inCampaign: boolean;
}

export interface Period {
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
}

/** First and last day of a rule: its own, else its campaign's; null where neither sets a bound. */
export function periodOf(rule: Pick<ScheduleRule, 'from' | 'to'>, campaign: Campaign | null): Period {
  return { from: rule.from ?? campaign?.from ?? null, to: rule.to ?? campaign?.to ?? null };
}

export function isWithin(date: LocalDate, period: Period): boolean {
  return (period.from === null || date >= period.from) && (period.to === null || date <= period.to);
}

/** The days on which a rule is heard, from `first` to `last` inclusive, in order. */
export function ruleDates(
  rule: Pick<ScheduleRule, 'weekdays' | 'dates' | 'from' | 'to'>,
  campaign: Campaign | null,
  first: LocalDate,
  last: LocalDate,
): LocalDate[] {
  const period = periodOf(rule, campaign);
  const begin = period.from !== null && period.from > first ? period.from : first;
  const end = period.to !== null && period.to < last ? period.to : last;
  const named = new Set(rule.dates);
  const dates: LocalDate[] = [];
  if (dayNumber(begin) === null || dayNumber(end) === null) return dates;
  for (let date = begin; date <= end; date = addDays(date, 1)) {
    if (named.has(date) || rule.weekdays.includes(weekdayOf(date))) dates.push(date);
  }
  return dates;
}

/**
 * The times of a rule with `from` <= at < `until`, in order, each instant once: 05:00 and 05:00:00 are one time, and so
 * are two wall times that a clock change makes one.
 */
export function occurrencesOf(
  rule: Pick<ScheduleRule, 'weekdays' | 'dates' | 'times' | 'from' | 'to'>,
  campaign: Campaign | null,
  zone: Zone,
  from: Instant,
  until: Instant,
): Occurrence[] {
  const found = new Map<Instant, Occurrence>();
  const times = rule.times.map(timeOfDay);
  // A wall time that a clock change skips is heard later, perhaps on the next day: begin one day early.
  const first = addDays(wallClock(from, zone).date, -1);
  for (const date of ruleDates(rule, campaign, first, wallClock(until, zone).date)) {
    const inCampaign = campaign === null || (date >= campaign.from && date <= campaign.to);
    for (const time of times) {
      const at = instantAt(date, time, zone);
      if (at >= from && at < until && !found.has(at)) found.set(at, { at, date, inCampaign });
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** The times of one rule with `from` <= at < `until` in a zone. */
export type Occurrences = (zone: Zone, from: Instant, until: Instant) => readonly Occurrence[];

/** Works out a rule's times once for all the villages that ask for the same days. */
export function rememberOccurrences(rule: ScheduleRule, campaign: Campaign | null): Occurrences {
  const known = new Map<string, readonly Occurrence[]>();
  return (zone, from, until) => {
    const key = `${zone.id} ${from} ${until}`;
    const found = known.get(key) ?? occurrencesOf(rule, campaign, zone, from, until);
    known.set(key, found);
    return found;
  };
}
