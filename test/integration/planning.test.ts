import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { revokeAgent } from '../../server/usecases/agents/revokeAgent.ts';
import { viewVillagePlan } from '../../server/usecases/plans/viewVillagePlan.ts';
import { changeScheduleRule } from '../../server/usecases/scheduleRules/changeScheduleRule.ts';
import { removeScheduleRule } from '../../server/usecases/scheduleRules/removeScheduleRule.ts';
import { configMessage } from '../../shared/contract/messages/config.ts';
import { DAY, HOUR } from '../../shared/core/time.ts';
import { aClip, anArea, aPolicy } from '../kit/planning.ts';
import { DAWN, PlanningServer, STAFF } from '../kit/planningServer.ts';
import { waitFor } from '../kit/wait.ts';

let server: PlanningServer;
let a: string;
let b: string;

beforeEach(async () => {
  server = await PlanningServer.open();
  await server.fill();
  server.bus.connect(false);
  a = (await server.box('are-a')).agentId;
  b = (await server.box('are-b', 'b'.repeat(32))).agentId;
});

afterEach(() => server.close());

const planned = (agent: string) => server.parts.store.repositories.ledger.planned(agent, DAWN - DAY, DAWN + 30 * DAY);

describe('plans', () => {
  it('are compiled, written to the ledger, signed and published when a rule is made', async () => {
    const rule = await server.rule();
    await server.published();
    const plan = server.plan(a);
    expect(plan.items.map(({ at }) => new Date(at + 7 * HOUR).toISOString().slice(0, 16))).toEqual([
      '2026-02-16T05:10',
      '2026-02-17T05:10',
    ]);
    expect(plan.items.every((item) => item.rule === rule.id)).toBe(true);
    expect((await planned(a)).map(({ item }) => item)).toEqual(plan.items);
    expect((await planned(a))[0]).toMatchObject({
      areaPath: '/are-top/are-xa/are-a/',
      themeId: 'thm-1',
      language: 'vi',
    });
    expect((await server.parts.store.repositories.agents.get(a))?.planSeq).toBe(plan.seq);
    expect(server.events).toContainEqual({ kind: 'plan', agentId: a });
  });

  it('are new only for the villages that a change touches, under a higher number', async () => {
    await server.rule();
    await server.published();
    const before = { a: server.bus.of('plan', a).length, b: server.plan(b).seq };
    await server.rule({ areaIds: ['are-b'], times: ['05:30'] });
    await server.published();
    expect(server.bus.of('plan', a)).toHaveLength(before.a);
    expect(server.plan(b).seq).toBeGreaterThan(before.b);
    expect(server.plan(b).items).toHaveLength(4);
  });

  it('stay as they are through refreshes without a change, also after a restart', async () => {
    await server.rule();
    await server.published();
    const count = server.bus.published.length;
    for (const cause of ['one', 'two']) await server.parts.plans.refresh(cause);
    await server.restart();
    server.bus.connect(true);
    server.clock.now += 3 * HOUR; // 05:10 has been and gone
    await server.parts.plans.refresh('start');
    await server.published();
    expect(server.bus.published).toHaveLength(count);
  });

  it('lose a withdrawn clip at once, but keep what was heard', async () => {
    await server.rule();
    server.clock.now = DAWN + 8 * HOUR;
    await server.parts.store.transaction(({ clips }) =>
      clips.update(aClip('clp-1', 'bul-1', 90_000, { state: 'withdrawn', reason: 'sai số liệu' })),
    );
    await server.parts.plans.refresh('clip withdrawn');
    await server.published();
    expect(server.plan(a).items).toEqual([]);
    expect((await planned(a)).map(({ item }) => item.at)).toEqual([DAWN + HOUR + 10 * 60_000]);
  });

  it('follow a rule that is changed or removed', async () => {
    const { id } = await server.rule();
    await changeScheduleRule(server.parts, STAFF, id, { times: ['17:30'] });
    await server.published();
    expect(server.plan(a).items[0]?.at).toBe(Date.parse('2026-02-16T17:30:00+07:00'));
    await removeScheduleRule(server.parts, STAFF, id);
    await server.published();
    expect(server.plan(a).items).toEqual([]);
    expect(await planned(a)).toEqual([]);
  });

  it('roll forward after midnight, and survive a clock that jumps a year ahead and comes back', async () => {
    const { id } = await server.rule({ weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] });
    server.clock.now = DAWN + DAY;
    await server.parts.plans.refresh('a new day');
    await server.published();
    const rolled = server.plan(a);
    expect(rolled.from).toBe(Date.parse('2026-02-17T00:00:00+07:00'));
    expect(rolled.items).toHaveLength(7);
    server.clock.now = DAWN + 200 * DAY;
    await server.parts.plans.refresh('clock ahead');
    server.clock.now = DAWN + DAY;
    await server.parts.plans.refresh('clock back');
    await server.published();
    expect(server.plan(a).items).toEqual(rolled.items);
    expect(server.plan(a).seq).toBeGreaterThan(rolled.seq);
    const all = await server.parts.store.repositories.ledger.planned(a, 0, DAWN + 400 * DAY);
    expect(all.every(({ item }) => item.rule === id && item.at < DAWN + 9 * DAY)).toBe(true);
    expect(all).toHaveLength(8);
  });

  it('are signed anew before they expire', async () => {
    await server.rule();
    await server.published();
    const config = server.bus.of('config', a).at(-1);
    server.clock.now = DAWN + 320 * DAY;
    await server.parts.plans.refresh('half-hourly look');
    await server.published();
    const renewed = server.bus.of('config', a).at(-1);
    expect(renewed?.body).toEqual(config?.body);
    expect(renewed?.exp).toBeGreaterThan((config?.exp ?? 0) + 300 * 86_400);
  });
});

describe('configuration', () => {
  it('goes out with the windows, volume and ancestors of the village, and anew when they change', async () => {
    await server.published();
    const first = configMessage.parse(server.bus.of('config', a).at(-1)?.body);
    expect(first).toMatchObject({ areas: ['are-a', 'are-xa', 'are-top'], volume: 80, zone: 'Asia/Ho_Chi_Minh' });
    await server.parts.store.transaction(({ windowPolicies }) =>
      windowPolicies.put('are-a', aPolicy('06:00', '07:00', { volume: 50 })),
    );
    await server.parts.plans.refresh('windows changed');
    await server.published();
    const second = configMessage.parse(server.bus.of('config', a).at(-1)?.body);
    expect(second.volume).toBe(50);
    expect(second.windows).toEqual(aPolicy('06:00', '07:00').windows);
    expect(server.bus.of('config', b)).toHaveLength(1);
  });

  it('and the rights at the broker follow an area that moves', async () => {
    await server.parts.store.transaction(({ areas }) => areas.update(anArea('are-a', 'are-empty', { name: 'Bản a' })));
    await server.parts.plans.refresh('area moved');
    expect(server.accounts.find(({ username }) => username === a)?.identity).toEqual({
      kind: 'agent',
      agent: a,
      areas: ['are-a', 'are-empty', 'are-top'],
    });
  });
});

describe('publishing', () => {
  it('waits for the broker and gives it everything again when it has forgotten', async () => {
    await server.published();
    server.bus.disconnect();
    await server.rule();
    const quiet = server.bus.published.length;
    server.bus.connect(true);
    await server.published();
    expect(
      server.bus.published
        .slice(quiet)
        .map(({ kind, subject }) => `${kind} ${subject}`)
        .toSorted(),
    ).toEqual([`plan ${a}`, `plan ${b}`].toSorted());
    const remembered = server.bus.published.length;
    server.bus.disconnect();
    server.bus.connect(false);
    await waitFor(() => server.bus.published.length === remembered + 4, 'all plans and configurations');
    await server.published();
  });

  it('goes on past a message that the broker refuses, and tries that one again', async () => {
    await server.published();
    server.bus.refuses = (kind, subject) => kind === 'plan' && subject === a;
    const before = server.plan(a).seq;
    await server.rule();
    await waitFor(() => server.plan(b).items.length === 2, 'the plan of the other village');
    expect(server.plan(a).seq).toBe(before);
    server.bus.refuses = () => false;
    await server.published();
    expect(server.plan(a).items).toHaveLength(2);
  });

  it('takes a revoked box off the air, off the broker, and drops its plays to come', async () => {
    await server.rule();
    await server.published();
    await revokeAgent(server.parts, STAFF, a);
    expect(server.plan(a).items).toEqual([]);
    expect(server.bus.published.slice(-2)).toEqual([
      { kind: 'plan', subject: a, claims: null },
      { kind: 'config', subject: a, claims: null },
    ]);
    expect(server.accounts.map(({ username }) => username)).toEqual([b]);
    expect(await planned(a)).toEqual([]);
    expect((await planned(b)).length).toBe(2);
  });
});

describe('the plan of a village as staff see it', () => {
  it('has the items, and the reason for each that was left out', async () => {
    await server.rule({ times: ['05:10', '05:11'] });
    await server.published();
    const view = await viewVillagePlan(server.parts, 'are-a');
    expect(view).toMatchObject({ villageId: 'are-a', agentId: a, seq: server.plan(a).seq });
    expect(view.items).toHaveLength(2);
    expect(view.leftOut.map(({ reason, repeat }) => [reason, repeat])).toEqual([
      ['clash', 1],
      ['clash', 1],
    ]);
    expect(view.leftOut[0]?.detail).toContain('plays from 05:10 to 05:11:30');
  });
});
