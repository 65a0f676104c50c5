import { z } from 'zod';
import { id, localDate, localTime, weekday } from '../primitives.ts';

const fields = {
  bulletinId: id,
  areaIds: z.array(id).min(1, 'name at least one target area').max(1000),
  weekdays: z.array(weekday).max(7).describe('on these days of the week; may stand beside `dates`'),
  dates: z.array(localDate).max(400).describe('and on these dates'),
  times: z.array(localTime).min(1, 'name at least one time of day').max(48),
  from: localDate.nullable().describe("first day; null: the campaign's"),
  to: localDate.nullable().describe("last day; null: the campaign's"),
  repeats: z.int().min(1).max(20).describe('plays each time'),
  repeatGapSeconds: z.int().min(0).max(3600).describe('silence between them'),
  active: z.boolean(),
};

/** When a bulletin is to be heard, and where (lịch phát). */
export const scheduleRule = z.object({ id, ...fields });

export const newScheduleRule = z
  .object({
    ...fields,
    weekdays: fields.weekdays.default([]),
    dates: fields.dates.default([]),
    from: fields.from.default(null),
    to: fields.to.default(null),
    repeats: fields.repeats.default(1),
    repeatGapSeconds: fields.repeatGapSeconds.default(5),
    active: fields.active.default(true),
  })
  .refine((rule) => rule.weekdays.length + rule.dates.length > 0, {
    path: ['weekdays'],
    message: 'name at least one weekday or one date',
  })
  .refine((rule) => rule.from === null || rule.to === null || rule.from <= rule.to, {
    path: ['to'],
    message: 'must not be before `from`',
  });

export const scheduleRuleChange = z.object(fields).partial();

export type ScheduleRule = z.infer<typeof scheduleRule>;
export type NewScheduleRule = z.infer<typeof newScheduleRule>;
export type ScheduleRuleChange = z.infer<typeof scheduleRuleChange>;
