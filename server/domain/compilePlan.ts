import type { ClipAudio } from '../../shared/contract/api/clip.ts';
import type { LeftOut } from '../../shared/contract/api/plan.ts';
import { classRank, planItemId } from '../../shared/core/plan.ts';
import { DAY, dateOfDay, type Instant, type LocalDate, type Zone } from '../../shared/core/time.ts';
import { type Candidate, gatherCandidates } from './candidates.ts';
import { localTimeText } from './localText.ts';
import type { Horizon } from './planHorizon.ts';
import type { PlannedPlay } from './plannedPlay.ts';
import type { ApprovedAudio, VillageSituation } from './situation.ts';
import { makeTimeline, type Timeline } from './timeline.ts';

export interface CompiledPlan {
  /** In order, not overlapping: what lies behind as it was planned, then what is to come. */
  readonly plays: readonly PlannedPlay[];
  /** The audio that the plays need, each once, in the order of first need. */
  readonly clips: readonly ClipAudio[];
  /** What the rules ask for and the plan does not hold, from `now` on, with the reason. */
  readonly leftOut: readonly LeftOut[];
}

interface Placed {
  readonly at: Instant;
  readonly durationMs: number;
  readonly play: PlannedPlay;
}

/**
 * The plan of one village. Plays before `now` are history: they stay as `past` has them, unless nobody's approval covers
 * their clip any more. From `now` on every time of every rule is either placed, wholly inside a window and over nothing
 * else, or left out with the reason. Who comes first: the higher class, then the rule aimed nearer to the village, then
 * the earlier time, then the lower rule id; so the result does not hang on the order of the input.
 * @param past plays planned earlier with at < `now`
 */
export function compilePlan(
  situation: VillageSituation,
  horizon: Horizon,
  now: Instant,
  past: readonly PlannedPlay[],
  approvedAudio: ApprovedAudio,
): CompiledPlan {
  const timeline = makeTimeline<Placed>();
  keepPast(timeline, horizon, now, past, approvedAudio);
  const dayOf = makeDayNames(situation.zone);
  const { candidates, leftOut } = gatherCandidates(situation, horizon, now);
  for (const candidate of candidates.sort(byPrecedence)) {
    const clash = timeline.clash(candidate);
    if (clash) leftOut.push(clashOf(candidate, clash.play, situation));
    else
      timeline.add({ at: candidate.at, durationMs: candidate.durationMs, play: playOf(candidate, situation, dayOf) });
  }
  const plays = timeline.plays.map(({ play }) => play);
  leftOut.sort((a, b) => a.at - b.at || compareText(a.rule, b.rule) || a.repeat - b.repeat);
  return { plays, clips: clipsOf(plays, approvedAudio), leftOut };
}

function keepPast(
  timeline: Timeline<Placed>,
  horizon: Horizon,
  now: Instant,
  past: readonly PlannedPlay[],
  approvedAudio: ApprovedAudio,
): void {
  for (const play of past) {
    const { at, durationMs } = play.item;
    // One that runs over midnight into the horizon is still needed: the box would fall silent without it.
    if (at >= now || at + durationMs <= horizon.from) continue;
    if (approvedAudio(play.item.bulletin, play.item.clip) === null) continue;
    const placed = { at, durationMs, play };
    // History may overlap where a withdrawn play made room for another one and was approved again.
    if (timeline.clash(placed) === null) timeline.add(placed);
  }
}

function byPrecedence(a: Candidate, b: Candidate): number {
  return (
    classRank(b.aimed.content.bulletin.class) - classRank(a.aimed.content.bulletin.class) ||
    a.aimed.distance - b.aimed.distance ||
    a.at - b.at ||
    compareText(a.aimed.content.rule.id, b.aimed.content.rule.id) ||
    a.repeat - b.repeat
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function playOf(
  { aimed, at, durationMs, repeat, clip, audio }: Candidate,
  situation: VillageSituation,
  dayOf: (at: Instant) => LocalDate,
): PlannedPlay {
  const { rule, bulletin } = aimed.content;
  return {
    item: {
      id: planItemId(rule.id, audio.sha256, at),
      at,
      durationMs,
      clip: audio.sha256,
      class: bulletin.class,
      rule: rule.id,
      bulletin: bulletin.id,
      campaign: bulletin.campaignId,
      title: bulletin.title,
      repeat,
    },
    villageId: situation.villageId,
    villageName: situation.villageName,
    areaPath: `/${situation.lineage.toReversed().join('/')}/`,
    day: dayOf(at),
    themeId: bulletin.themeId,
    organisationId: bulletin.organisationId,
    language: clip.language,
  };
}

function clashOf(candidate: Candidate, { item }: PlannedPlay, { zone }: VillageSituation): LeftOut {
  const { rule, bulletin } = candidate.aimed.content;
  return {
    rule: rule.id,
    bulletin: bulletin.id,
    at: candidate.at,
    repeat: candidate.repeat,
    reason: 'clash',
    detail:
      `"${item.title}" (${item.class}, rule ${item.rule}) plays from ${localTimeText(item.at, zone)} ` +
      `to ${localTimeText(item.at + item.durationMs, zone)}`,
  };
}

function clipsOf(plays: readonly PlannedPlay[], approvedAudio: ApprovedAudio): ClipAudio[] {
  const clips = new Map<string, ClipAudio>();
  for (const { item } of plays) {
    const audio = clips.has(item.clip) ? null : approvedAudio(item.bulletin, item.clip);
    if (audio) clips.set(item.clip, audio);
  }
  return [...clips.values()];
}

/** Names the local day of an instant; each day's name is made once. */
function makeDayNames(zone: Zone): (at: Instant) => LocalDate {
  const names = new Map<number, LocalDate>();
  return (at) => {
    const day = Math.floor((at + zone.offsetAt(at)) / DAY);
    const name = names.get(day) ?? dateOfDay(day);
    names.set(day, name);
    return name;
  };
}
