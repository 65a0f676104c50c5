import { describe, expect, it } from 'vitest';
import { makeZone } from '../../shared/core/time.ts';
import { aBulletin, aCampaign, aClip, anArea, aPolicy, aRule } from '../../test/kit/planning.ts';
import { compilePlan } from './compilePlan.ts';
import { localStamp } from './localText.ts';
import { planHorizon } from './planHorizon.ts';
import type { PlannedPlay } from './plannedPlay.ts';
import { makePlanWorld, type PlanSources } from './planWorld.ts';

const HANOI = makeZone('Asia/Ho_Chi_Minh');
/** 2026-02-16 (a Monday, the eve of Tết) 04:00 in Hà Nội. */
const NOW = Date.parse('2026-02-16T04:00:00+07:00');

const sources = (over: Partial<PlanSources> = {}): PlanSources => ({
  areas: [anArea('are-top', null), anArea('are-pa', 'are-top', { name: 'Pả Vi', languages: ['hmn', 'vi'] })],
  policies: [{ areaId: 'are-top', policy: aPolicy('05:00', '06:00') }],
  rules: [aRule('rul-1', 'bul-1')],
  bulletins: [aBulletin('bul-1', { title: 'Vệ sinh đường làng' })],
  campaigns: [],
  clips: [aClip('clp-vi', 'bul-1', 90_000)],
  defaultZone: 'Asia/Ho_Chi_Minh',
  ...over,
});

function compile(made: PlanSources, now = NOW, past: readonly PlannedPlay[] = []) {
  const world = makePlanWorld(made);
  const situation = world.situationOf('are-pa');
  if (!situation) throw new Error('no village');
  const plan = compilePlan(situation, planHorizon(now, situation.zone, 7), now, past, world.approvedAudio);
  return { ...plan, when: plan.plays.map(({ item }) => localStamp(item.at, HANOI)) };
}

describe('compilePlan', () => {
  it('gives seven days of a daily rule, at the wall time of the village', () => {
    const { when, leftOut, plays } = compile(sources());
    expect(when).toEqual([16, 17, 18, 19, 20, 21, 22].map((day) => `2026-02-${day} 05:10`));
    expect(leftOut).toEqual([]);
    expect(plays[0]).toMatchObject({ villageName: 'Pả Vi', areaPath: '/are-top/are-pa/', day: '2026-02-16' });
  });

  it('keeps to weekdays, adds single dates, and repeats with the gap that the rule names', () => {
    const rule = aRule('rul-1', 'bul-1', {
      weekdays: ['tue'],
      dates: ['2026-02-20'],
      repeats: 2,
      repeatGapSeconds: 30,
    });
    expect(compile(sources({ rules: [rule] })).when).toEqual([
      '2026-02-17 05:10',
      '2026-02-17 05:12',
      '2026-02-20 05:10',
      '2026-02-20 05:12',
    ]);
  });

  it('begins now: what the day already had stays as it was planned', () => {
    const morning = compile(sources()).plays;
    const noon = NOW + 8 * 3_600_000;
    const past = morning.filter(({ item }) => item.at < noon);
    const changed = sources({ rules: [aRule('rul-1', 'bul-1', { times: ['05:30'] })] });
    expect(compile(changed, noon, past).when.slice(0, 2)).toEqual(['2026-02-16 05:10', '2026-02-17 05:30']);
  });

  it('leaves out what would run over its window, and names the windows', () => {
    const { plays, leftOut } = compile(sources({ rules: [aRule('rul-1', 'bul-1', { times: ['05:59'] })] }));
    expect(plays).toEqual([]);
    expect(leftOut).toHaveLength(7);
    expect(leftOut[0]).toMatchObject({ rule: 'rul-1', repeat: 1, reason: 'outsideWindow' });
    expect(leftOut[0]?.detail).toBe(
      '2026-02-16 05:59 for 1 min 30 s does not fit the broadcast windows of Pả Vi (05:00-06:00 every day)',
    );
  });

  it('places priority before normal, and of one class the rule aimed nearest', () => {
    const made = sources({
      rules: [
        aRule('rul-a', 'bul-1', { areaIds: ['are-top'] }),
        aRule('rul-b', 'bul-1', { areaIds: ['are-top', 'are-pa'], times: ['05:11'] }),
        aRule('rul-c', 'bul-2', { areaIds: ['are-top'], times: ['05:12'], weekdays: ['mon'] }),
      ],
      bulletins: [aBulletin('bul-1'), aBulletin('bul-2', { class: 'priority', title: 'Rét hại' })],
      clips: [aClip('clp-vi', 'bul-1', 90_000), aClip('clp-2', 'bul-2', 60_000)],
    });
    const { plays, leftOut } = compile(made);
    expect(plays.map(({ item }) => item.rule)).toEqual(['rul-a', 'rul-c', ...Array(6).fill('rul-b')]);
    expect(leftOut[0]).toMatchObject({
      rule: 'rul-b',
      reason: 'clash',
      detail: '"Rét hại" (priority, rule rul-c) plays from 05:12 to 05:13',
    });
  });

  it("speaks the village's first language that has an approved recording, and says when it has none", () => {
    const hmong = aClip('clp-hmn', 'bul-1', 80_000, { language: 'hmn' });
    const both = sources({ clips: [aClip('clp-vi', 'bul-1', 90_000), hmong] });
    expect(compile(both).plays[0]?.language).toBe('hmn');
    const dao = sources({ clips: [aClip('clp-dao', 'bul-1', 80_000, { language: 'ium' })] });
    expect(compile(dao).leftOut[0]).toMatchObject({
      reason: 'languageMissing',
      detail: 'Pả Vi understands hmn, vi; "Vệ sinh đường làng" is approved in ium only',
    });
    const none = sources({ clips: [{ ...hmong, state: 'returned' }] });
    expect(compile(none).leftOut[0]?.reason).toBe('noApprovedClip');
  });

  it('ends with its campaign', () => {
    const made = sources({
      bulletins: [aBulletin('bul-1', { campaignId: 'cam-1' })],
      campaigns: [aCampaign('cam-1', { to: '2026-02-17' })],
      rules: [aRule('rul-1', 'bul-1', { to: '2026-02-18' })],
    });
    const { when, leftOut } = compile(made);
    expect(when).toEqual(['2026-02-16 05:10', '2026-02-17 05:10']);
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]?.reason).toBe('campaignEnded');
  });

  it('keeps what sounds over midnight in the new plan, and lets nothing else sound over it', () => {
    const made = sources({
      policies: [{ areaId: 'are-top', policy: aPolicy('23:00', '01:00') }],
      rules: [aRule('rul-1', 'bul-1', { times: ['23:59', '00:00', '00:01'] })],
    });
    const evening = Date.parse('2026-02-16T23:58:00+07:00');
    const before = compile(made, evening).plays;
    const midnight = Date.parse('2026-02-17T00:00:10+07:00');
    const after = compile(
      made,
      midnight,
      before.filter(({ item }) => item.at < midnight),
    );
    expect(after.when.slice(0, 3)).toEqual(['2026-02-16 23:59', '2026-02-17 00:01', '2026-02-17 23:59']);
  });

  it('has the box fall silent at once when what sounds is withdrawn', () => {
    const before = compile(sources()).plays;
    const during = Date.parse('2026-02-16T05:10:30+07:00');
    const withdrawn = sources({ clips: [aClip('clp-vi', 'bul-1', 90_000, { state: 'withdrawn' })] });
    expect(
      compile(
        withdrawn,
        during,
        before.filter(({ item }) => item.at < during),
      ).plays,
    ).toEqual([]);
  });

  it('is silent where nobody set windows', () => {
    const { plays, leftOut } = compile(sources({ policies: [] }));
    expect(plays).toEqual([]);
    expect(leftOut[0]?.detail).toContain('(none, so it is silent all week)');
  });
});
