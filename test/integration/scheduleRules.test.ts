import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeScheduleRule } from '../../server/usecases/scheduleRules/changeScheduleRule.ts';
import { DAY } from '../../shared/core/time.ts';
import { aCampaign, aPolicy } from '../kit/planning.ts';
import { DAWN, faultOf, PlanningServer, STAFF } from '../kit/planningServer.ts';

let server: PlanningServer;

beforeEach(async () => {
  server = await PlanningServer.open();
  await server.fill();
});

afterEach(() => server.close());

const state = async () => {
  const { scheduleRules, audit, outgoing } = server.parts.store.repositories;
  return [await scheduleRules.all(), await audit.page(1000), await outgoing.unpublished(1000)];
};

/** Code and field of each way to ask for a rule that cannot be; nothing may be left of it. */
const BAD: [string, Record<string, unknown>, string, string][] = [
  ['an unknown bulletin', { bulletinId: 'bul-none' }, 'bulletin.unknown', 'bulletinId'],
  ['an emergency', { bulletinId: 'bul-alarm' }, 'rule.emergencyClass', 'bulletinId'],
  ['a bulletin without an approved clip', { bulletinId: 'bul-2' }, 'rule.noApprovedClip', 'bulletinId'],
  ['an unknown area', { areaIds: ['are-a', 'are-none'] }, 'rule.areaUnknown', 'areaIds[1]'],
  ['an area without villages', { areaIds: ['are-empty'] }, 'rule.areaWithoutVillages', 'areaIds[0]'],
  ['times outside every window', { times: ['03:15', '05:59'] }, 'rule.outsideWindows', 'times'],
  ['dates that have passed', { weekdays: [], dates: ['2026-02-15'] }, 'rule.inPast', 'dates'],
  [
    'a time of today that has passed',
    { weekdays: [], dates: ['2026-02-16'], times: ['03:00'] },
    'rule.inPast',
    'dates',
  ],
  ['a period that has passed', { from: '2026-01-01', to: '2026-02-15' }, 'rule.inPast', 'to'],
  ['a weekday that its period does not have', { from: '2026-02-18', to: '2026-02-20' }, 'rule.inPast', 'to'],
  ['a day before the campaign', { from: '2025-12-31' }, 'rule.outsideCampaign', 'from'],
  ['a day after the campaign', { to: '2027-01-01' }, 'rule.outsideCampaign', 'to'],
  ['a date outside its period', { dates: ['2027-02-06'] }, 'rule.dateOutsidePeriod', 'dates[0]'],
];

describe('a schedule rule', () => {
  it.each(BAD)('is refused for %s, and nothing changes', async (_, over, code, field) => {
    const before = await state();
    const fault = await faultOf(server.rule(over));
    expect(fault).toMatchObject({ kind: 'invalid', code, fields: [{ field }] });
    expect(fault.fields[0]?.message).toMatch(/^(must|or) /);
    expect(await state()).toEqual(before);
  });

  it('names the windows that there are when it fits none', async () => {
    const { message } = await faultOf(server.rule({ times: ['03:15'] }));
    expect(message).toContain('Bản a: 05:00-06:00 every day; 17:00-18:00 every day');
  });

  it('says so when its campaign is over', async () => {
    await server.parts.store.transaction(({ campaigns }) =>
      campaigns.update(aCampaign('cam-1', { to: '2026-02-15', themes: [{ id: 'thm-1', name: 'Đường sạch' }] })),
    );
    expect(await faultOf(server.rule())).toMatchObject({ code: 'rule.inPast', fields: [{ field: 'bulletinId' }] });
  });

  it('is accepted when one village has a window for it', async () => {
    await server.parts.store.transaction(({ windowPolicies }) =>
      windowPolicies.put('are-b', aPolicy('03:00', '04:00')),
    );
    await expect(server.rule({ times: ['03:15'] })).resolves.toMatchObject({ times: ['03:15'] });
    expect(await faultOf(server.rule({ times: ['03:15'], areaIds: ['are-a'] }))).toMatchObject({
      code: 'rule.outsideWindows',
    });
  });

  it('may be prepared while it is not active, and is checked when it becomes so', async () => {
    const rule = await server.rule({ bulletinId: 'bul-2', active: false });
    const before = await state();
    const fault = await faultOf(changeScheduleRule(server.parts, STAFF, rule.id, { active: true }));
    expect(fault.code).toBe('rule.noApprovedClip');
    expect(await state()).toEqual(before);
  });

  it('may be put out of use when its time is over', async () => {
    const rule = await server.rule({ weekdays: [], dates: ['2026-02-17'] });
    server.clock.now = DAWN + 3 * DAY;
    await expect(changeScheduleRule(server.parts, STAFF, rule.id, { active: false })).resolves.toMatchObject({
      active: false,
    });
  });

  it.each([
    [{ weekdays: [] }, 'weekdays'],
    [{ from: '2026-05-02', to: '2026-05-01' }, 'to'],
  ])('keeps its form through a change (%j)', async (change, field) => {
    const rule = await server.rule();
    expect(await faultOf(changeScheduleRule(server.parts, STAFF, rule.id, change))).toMatchObject({
      code: 'rule.form',
      fields: [{ field }],
    });
    expect(await server.parts.store.repositories.scheduleRules.get(rule.id)).toEqual(rule);
  });

  it('that is not there cannot be changed', async () => {
    expect(await faultOf(changeScheduleRule(server.parts, STAFF, 'rul-none', {}))).toMatchObject({
      kind: 'notFound',
      code: 'scheduleRule.unknown',
    });
  });
});
