import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBody } from '../../server/domain/boxMessages.ts';
import { gatherCandidates } from '../../server/domain/candidates.ts';
import { type CompiledPlan, compilePlan } from '../../server/domain/compilePlan.ts';
import { planHorizon } from '../../server/domain/planHorizon.ts';
import type { PlannedPlay } from '../../server/domain/plannedPlay.ts';
import { makePlanWorld, type PlanSources } from '../../server/domain/planWorld.ts';
import type { VillageSituation } from '../../server/domain/situation.ts';
import { planMessage } from '../../shared/contract/messages/plan.ts';
import { classRank, playingAt } from '../../shared/core/plan.ts';
import { addDays, DAY, instantAt, makeZone, timeOfDay, WEEKDAYS, wallClock } from '../../shared/core/time.ts';
import { windowSpans } from '../../shared/core/windows.ts';
import { aBulletin, aCampaign, aClip, anArea, aPolicy, aRule } from '../kit/planning.ts';

// Zones with and without clock changes; the days below hold Berlin's spring and Havana's, which begins at midnight.
const ZONES = ['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'America/Havana'] as const;
const FIRST_DAY = '2026-03-05';

const two = (value: number): string => String(value).padStart(2, '0');
const time = fc
  // Few hours, so that rules meet: around midnight, clock changes, and the morning.
  .tuple(fc.constantFrom(0, 2, 5, 5, 5, 6, 17, 23), fc.constantFrom(0, 1, 10, 30, 58))
  .map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
const date = fc.integer({ min: -3, max: 12 }).map((days) => addDays(FIRST_DAY, days));
const days = fc.subarray([...WEEKDAYS], { minLength: 1 });
const languages = fc.subarray(['vi', 'hmn', 'tyz']);

const clip = fc.record({
  language: fc.constantFrom('vi', 'hmn', 'tyz', 'vi-x-south'),
  minutes: fc.integer({ min: 1, max: 25 }),
  state: fc.constantFrom('approved', 'approved', 'approved', 'withdrawn', 'draft'),
  changed: fc.integer({ min: 0, max: 9 }),
});

const bulletin = fc.record({
  class: fc.constantFrom('normal', 'normal', 'priority'),
  campaign: fc.boolean(),
  clips: fc.array(clip, { minLength: 1, maxLength: 3 }),
});

const rule = fc.record({
  bulletin: fc.nat({ max: 3 }),
  areaIds: fc.subarray(['are-top', 'are-mid', 'are-village', 'are-else'], { minLength: 1 }),
  weekdays: fc.subarray([...WEEKDAYS]),
  dates: fc.array(date, { maxLength: 3 }),
  times: fc.array(time, { minLength: 1, maxLength: 5 }),
  from: fc.oneof(fc.constant(null), fc.constant(null), date),
  to: fc.oneof(fc.constant(null), fc.constant(null), date),
  repeats: fc.integer({ min: 1, max: 4 }),
  repeatGapSeconds: fc.constantFrom(0, 5, 600),
});

const sourcesArbitrary = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    windows: fc.oneof(
      {
        weight: 1,
        arbitrary: fc.array(fc.record({ days, from: time, to: fc.oneof(time, fc.constant('24:00')) }), {
          maxLength: 4,
        }),
      },
      { weight: 2, arbitrary: fc.constant(aPolicy('04:30', '01:00').windows) },
    ),
    villageLanguages: languages,
    bulletins: fc.tuple(bulletin, bulletin, bulletin, bulletin),
    rules: fc.array(rule, { minLength: 2, maxLength: 9 }),
    campaignDays: fc.tuple(date, date),
  })
  .map((made): PlanSources => {
    const [from = FIRST_DAY, to = FIRST_DAY] = made.campaignDays.toSorted();
    return {
      areas: [
        anArea('are-top', null),
        anArea('are-mid', 'are-top', { kind: 'commune' }),
        anArea('are-village', 'are-mid', { languages: made.villageLanguages }),
        anArea('are-else', 'are-top'),
      ],
      policies: [
        {
          areaId: 'are-mid',
          policy: { windows: made.windows, volume: 80, volumeMin: 0, volumeMax: 100, zone: made.zone },
        },
      ],
      campaigns: [aCampaign('cam-1', { from, to })],
      bulletins: made.bulletins.map((one, n) =>
        aBulletin(`bul-${n}`, { class: one.class, campaignId: one.campaign ? 'cam-1' : null }),
      ),
      clips: made.bulletins.flatMap((one, n) =>
        one.clips.map((clip, m) =>
          aClip(`clp-${n}-${m}`, `bul-${n}`, clip.minutes * 60_000, {
            language: clip.language,
            state: clip.state,
            ...(clip.changed === 0 ? { approvedSha256: 'f'.repeat(64) } : {}),
          }),
        ),
      ),
      rules: made.rules.map((one, n) =>
        aRule(`rul-${n}`, `bul-${one.bulletin}`, { ...one, bulletinId: `bul-${one.bulletin}` }),
      ),
      defaultZone: 'Asia/Ho_Chi_Minh',
    };
  });

/** An instant within the first two days, not on a full second, as a clock has it. */
const moment = fc.integer({ min: 0, max: 2 * DAY });

interface Compiled {
  readonly sources: PlanSources;
  readonly situation: VillageSituation;
  readonly now: number;
  readonly plan: CompiledPlan;
}

function compileAt(sources: PlanSources, now: number, past: readonly PlannedPlay[] = []): Compiled {
  const world = makePlanWorld(sources);
  const situation = world.situationOf('are-village');
  if (situation === null) throw new Error('the village is gone');
  const horizon = planHorizon(now, situation.zone, 7);
  return { sources, situation, now, plan: compilePlan(situation, horizon, now, past, world.approvedAudio) };
}

const startOf = (sources: PlanSources): number =>
  instantAt(FIRST_DAY, 0, makeZone(sources.policies[0]?.policy.zone ?? 'Asia/Ho_Chi_Minh'));

const check = (property: (sources: PlanSources, offset: number) => void): void =>
  fc.assert(fc.property(sourcesArbitrary, moment, property), { numRuns: 80 });

describe('every compiled plan', () => {
  it('is silent outside the windows of its village, at any instant', () =>
    check((sources, offset) => {
      const { plan, situation, now } = compileAt(sources, startOf(sources) + offset);
      const spans = windowSpans(situation.windows, situation.zone, now - DAY, now + 9 * DAY);
      for (const { item } of plan.plays)
        expect(spans.some((span) => span.from <= item.at && item.at + item.durationMs <= span.to)).toBe(true);
      const items = plan.plays.map(({ item }) => item);
      for (let at = now; at < now + 8 * DAY; at += 1_740_000)
        if (playingAt(items, at)) expect(spans.some((span) => span.from <= at && at < span.to)).toBe(true);
    }));

  it('is a valid plan message: in order, nothing overlaps, every clip is listed once', () =>
    check((sources, offset) => {
      const { plan, situation, now } = compileAt(sources, startOf(sources) + offset);
      const body = planBody('agt-1', situation, planHorizon(now, situation.zone, 7), plan);
      expect(planMessage.parse(body)).toEqual(body);
      expect(new Set(body.clips.map(({ sha256 }) => sha256)).size).toBe(body.clips.length);
      expect(new Set(body.items.map(({ id }) => id)).size).toBe(body.items.length);
    }));

  it('holds only approved, unchanged clips that the village understands, inside the campaign period', () =>
    check((sources, offset) => {
      const { plan, situation } = compileAt(sources, startOf(sources) + offset);
      for (const { item, language, day } of plan.plays) {
        const clip = sources.clips.find(
          (one) => one.audio?.sha256 === item.clip && one.bulletinId === item.bulletin && one.state === 'approved',
        );
        expect(clip?.approvedSha256).toBe(item.clip);
        expect(clip?.audio?.durationMs).toBe(item.durationMs);
        if (situation.languages.length > 0)
          expect(situation.languages.map((tag) => tag.split('-')[0])).toContain(language.split('-')[0]);
        const campaign = sources.campaigns.find(({ id }) => id === item.campaign);
        // A repeat may run on past midnight: it belongs to the day of its first play.
        if (campaign && item.repeat === 1) expect(day >= campaign.from && day <= campaign.to).toBe(true);
      }
    }));

  it('places or leaves out every time of every rule exactly once, and a clash only for what goes first', () =>
    check((sources, offset) => {
      const { plan, situation, now } = compileAt(sources, startOf(sources) + offset);
      const name = (one: { rule: string; at: number; repeat: number }) => `${one.rule} ${one.at} ${one.repeat}`;
      const asked = gatherCandidates(situation, planHorizon(now, situation.zone, 7), now);
      const wanted = [
        ...asked.candidates.map(({ aimed, at, repeat }) => name({ rule: aimed.content.rule.id, at, repeat })),
        ...asked.leftOut.map(name),
      ];
      const got = [...plan.plays.map(({ item }) => name(item)), ...plan.leftOut.map(name)];
      expect(got.toSorted()).toEqual(wanted.toSorted());
      expect(new Set(got).size).toBe(got.length);
      const aimedOf = new Map(situation.rules.map((aimed) => [aimed.content.rule.id, aimed]));
      for (const out of plan.leftOut.filter(({ reason }) => reason === 'clash')) {
        const loser = aimedOf.get(out.rule);
        const candidate = asked.candidates.find(
          (one) => one.aimed === loser && one.at === out.at && one.repeat === out.repeat,
        );
        if (!loser || !candidate) throw new Error('a clash that nobody asked for');
        const winners = plan.plays.filter(
          ({ item }) => item.at < out.at + candidate.durationMs && out.at < item.at + item.durationMs,
        );
        const beats = winners.some(({ item }) => {
          const rank = classRank(item.class) - classRank(loser.content.bulletin.class);
          const nearer = loser.distance - (aimedOf.get(item.rule)?.distance ?? 9);
          return rank > 0 || (rank === 0 && (nearer > 0 || (nearer === 0 && item.at <= out.at)));
        });
        expect(beats).toBe(true);
      }
    }));

  it('does not hang on the order of what it is made from', () =>
    check((sources, offset) => {
      const now = startOf(sources) + offset;
      const turned: PlanSources = {
        ...sources,
        areas: sources.areas.toReversed(),
        rules: sources.rules
          .toReversed()
          .map((one) => ({ ...one, times: one.times.toReversed(), areaIds: one.areaIds.toReversed() })),
        bulletins: sources.bulletins.toReversed(),
        clips: sources.clips.toReversed(),
      };
      expect(compileAt(turned, now).plan).toEqual(compileAt(sources, now).plan);
    }));

  it('stays the same when nothing changed, however late in the day it is made again', () =>
    check((sources, offset) => {
      const start = startOf(sources);
      const first = compileAt(sources, start);
      const later = start + (offset % DAY);
      if (wallClock(later, first.situation.zone).date !== FIRST_DAY) return;
      const past = first.plan.plays.filter(({ item }) => item.at < later);
      const second = compileAt(sources, later, past);
      expect(second.plan.plays).toEqual(first.plan.plays);
      expect(second.plan.clips).toEqual(first.plan.clips);
    }));

  it('keeps what lies behind when rules go, and drops from now on what is no longer approved', () =>
    check((sources, offset) => {
      const start = startOf(sources);
      const now = start + (offset % (DAY - 3_600_000));
      const first = compileAt(sources, start);
      const past = first.plan.plays.filter(({ item }) => item.at < now);
      const noRules = compileAt({ ...sources, rules: [] }, now, past);
      expect(noRules.plan.plays).toEqual(past);
      const withdrawn = sources.clips.map((clip) => ({ ...clip, state: 'withdrawn' as const }));
      expect(compileAt({ ...sources, clips: withdrawn }, now, past).plan.plays).toEqual([]);
    }));

  it('never places a time of a rule at another wall time than asked, save where the clock skips it', () =>
    check((sources, offset) => {
      const { plan, situation, sources: made } = compileAt(sources, startOf(sources) + offset);
      for (const { item } of plan.plays.filter(({ item: { repeat } }) => repeat === 1)) {
        const wall = wallClock(item.at, situation.zone);
        const times = made.rules.find(({ id }) => id === item.rule)?.times.map(timeOfDay) ?? [];
        const skipped = situation.zone.offsetAt(item.at) !== situation.zone.offsetAt(item.at - 2 * 3_600_000);
        expect(skipped || times.includes(wall.ofDay)).toBe(true);
      }
    }));
});
