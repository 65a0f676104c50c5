import { type ScheduleRule, scheduleRule } from '../../../../shared/contract/api/scheduleRule.ts';
import type { ScheduleRuleRepository } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { ScheduleRuleRow } from '../tables.ts';

export function scheduleRuleRepository({ db }: Session): ScheduleRuleRepository {
  const rules = () => db.selectFrom('schedule_rule').selectAll().orderBy('id');
  return {
    ...rowsById(db, 'schedule_rule', toRow, fromRow),
    async active() {
      return (await rules().where('active', '=', 1).execute()).map(fromRow);
    },
    async ofBulletin(bulletinId) {
      return (await rules().where('bulletin_id', '=', bulletinId).execute()).map(fromRow);
    },
    async remove(id) {
      const { numDeletedRows } = await db.deleteFrom('schedule_rule').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

function toRow(value: ScheduleRule): ScheduleRuleRow {
  return {
    id: value.id,
    bulletin_id: value.bulletinId,
    area_ids: JSON.stringify(value.areaIds),
    weekdays: JSON.stringify(value.weekdays),
    dates: JSON.stringify(value.dates),
    times: JSON.stringify(value.times),
    first_day: value.from,
    last_day: value.to,
    repeats: value.repeats,
    repeat_gap_seconds: value.repeatGapSeconds,
    active: value.active ? 1 : 0,
  };
}

function fromRow(row: ScheduleRuleRow): ScheduleRule {
  return {
    id: row.id,
    bulletinId: row.bulletin_id,
    areaIds: fromJson(scheduleRule.shape.areaIds, row.area_ids),
    weekdays: fromJson(scheduleRule.shape.weekdays, row.weekdays),
    dates: fromJson(scheduleRule.shape.dates, row.dates),
    times: fromJson(scheduleRule.shape.times, row.times),
    from: row.first_day,
    to: row.last_day,
    repeats: row.repeats,
    repeatGapSeconds: row.repeat_gap_seconds,
    active: row.active === 1,
  };
}
