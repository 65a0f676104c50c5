import type { PlanClip } from '../../shared/contract/messages/plan.ts';
import { DAY, type Instant } from '../../shared/core/time.ts';
import { mayTry, quarantined } from './fetchTries.ts';
import type { Situation } from './situation.ts';
import type { Condition, Step } from './steps.ts';

/** What airs within this time is never dropped to make room. */
export const PROTECTED_MS = 2 * DAY;

/** Each clip that the plan still needs, with the instant of its first coming play, soonest first. */
export function clipNeeds(situation: Situation): Map<string, Instant> {
  const { plan, now } = situation;
  const needs = new Map<string, Instant>();
  if (plan === null) return needs;
  for (const item of plan.items) {
    // With an untrusted clock everything may still be ahead: too much is fetched rather than too little.
    const passed = situation.clock.trusted && item.at + item.durationMs <= now;
    if (!passed && item.at >= plan.from && !situation.settled.has(item.id) && !needs.has(item.clip))
      needs.set(item.clip, item.at);
  }
  return needs;
}

/** Steps that bring the clips of the coming plays onto the disk, what airs first before all else. */
export function judgeClips(situation: Situation): { steps: Step[]; conditions: Condition[] } {
  const { now, fetching } = situation;
  const needs = clipNeeds(situation);
  const conditions = quarantineConditions(situation, needs);
  const wanted = firstToFetch(situation, needs);
  if (fetching.active !== null) {
    const activeNeed = needs.get(fetching.active);
    const sooner = wanted !== null && activeNeed !== undefined && wanted.neededAt < activeNeed;
    const unneeded = activeNeed === undefined;
    return { steps: unneeded || sooner ? [{ do: 'stopFetch', clip: fetching.active }] : [], conditions };
  }
  if (wanted === null) return { steps: [], conditions };
  const missing = situation.disk === null ? 0 : shortage(wanted.clip.bytes, situation.disk);
  if (missing <= 0) return { steps: [{ do: 'fetchClip', ...wanted }], conditions };
  const drop = toDrop(situation, needs, wanted.neededAt, missing);
  if (drop !== null) return { steps: drop.map((clip) => ({ do: 'dropClip', clip })), conditions };
  const detail = `no room for clip ${wanted.clip.sha256} needed ${iso(wanted.neededAt)}: ${missing} bytes short; free space on the disk`;
  return { steps: [], conditions: [...conditions, { code: 'disk.full', detail }] };

  function iso(instant: Instant): string {
    return new Date(Math.max(now, instant)).toISOString();
  }
}

function firstToFetch(
  situation: Situation,
  needs: ReadonlyMap<string, Instant>,
): { clip: PlanClip; neededAt: Instant } | null {
  const { active, tries } = situation.fetching;
  for (const [sha256, neededAt] of needs) {
    if (situation.clips.has(sha256) || sha256 === active || !mayTry(tries.get(sha256), situation.now)) continue;
    const clip = situation.plan?.clips.find((candidate) => candidate.sha256 === sha256);
    if (clip) return { clip, neededAt };
  }
  return null;
}

/** Bytes that are missing for a clip to fit and the reserve to stay free; 0 or less: it fits. */
function shortage(bytes: number, disk: { freeBytes: number; keepFreeBytes: number }): number {
  return bytes + disk.keepFreeBytes - disk.freeBytes;
}

/**
 * Which clips to drop for one needed at `neededAt`: first those that no coming item names (longest unneeded first), then
 * those needed last. Never one that airs within two days, before the wanted clip, or is in the player's hands.
 * @returns null when even all of them would not be enough: then nothing is dropped in vain
 */
function toDrop(
  situation: Situation,
  needs: ReadonlyMap<string, Instant>,
  neededAt: Instant,
  missing: number,
): string[] | null {
  const held = new Set(situation.inPlay.map((playing) => playing.clip));
  const from = Math.max(neededAt, situation.now + PROTECTED_MS);
  const candidates = [...situation.clips]
    .filter(([sha256]) => !held.has(sha256))
    .map(([sha256, clip]) => ({ sha256, ...clip, next: needs.get(sha256) ?? Number.POSITIVE_INFINITY }))
    .filter((clip) => clip.next > from)
    .sort((a, b) => (a.next === b.next ? a.lastNeeded - b.lastNeeded : b.next - a.next));
  const drop: string[] = [];
  let left = missing;
  for (const clip of candidates) {
    if (left <= 0) break;
    drop.push(clip.sha256);
    left -= clip.bytes;
  }
  return left <= 0 && drop.length > 0 ? drop : null;
}

function quarantineConditions(situation: Situation, needs: ReadonlyMap<string, Instant>): Condition[] {
  const given = [...situation.fetching.tries].filter(
    ([sha256, tries]) => needs.has(sha256) && !situation.clips.has(sha256) && quarantined(tries, situation.now),
  );
  if (given.length === 0) return [];
  const names = given.slice(0, 3).map(([sha256]) => sha256.slice(0, 12));
  return [
    { code: 'clip.quarantined', detail: `${given.length} clip(s) cannot be fetched for now: ${names.join(', ')}` },
  ];
}
