import type { PlanItem } from '../../shared/core/plan.ts';
import { fitsInside } from '../../shared/core/windows.ts';
import type { HeldPlan, Situation } from './situation.ts';
import type { SkipReason, Step } from './steps.ts';
import { gainDbOf } from './volume.ts';

/** An item goes to the player this long before its instant, so that it can decode and warm the sink. */
export const ARM_LEAD_MS = 4_000;

/** How late an item may still begin. Beyond this it is missed: joining in the middle is no part of this box yet. */
export const LATE_GRACE_MS = 500;

/** The player holds one item that sounds and one that follows. */
const PLAYER_PLACES = 2;

/** An item of the plan that still needs its record. */
function isOpen(item: PlanItem, plan: HeldPlan, situation: Situation): boolean {
  return (
    item.at >= plan.from &&
    item.at + item.durationMs > situation.settledBefore &&
    !situation.settled.has(item.id) &&
    !situation.inPlay.some((playing) => playing.id === item.id)
  );
}

/** What keeps an item from sounding now, or null. */
function hindrance(item: PlanItem, situation: Situation): SkipReason | null {
  const { limits } = situation;
  if (limits === null || !fitsInside(limits.spans, item.at, item.at + item.durationMs)) return 'outsideWindow';
  if (limits.volume <= 0) return 'muted';
  return situation.clips.has(item.clip) ? null : 'clipMissing';
}

/** Why an item did not begin although its instant has passed. */
function missedReason(item: PlanItem, plan: HeldPlan, situation: Situation): SkipReason {
  if (item.at < situation.bootedAt) return 'boxOff';
  if (item.at < situation.clock.trustedSince) return 'clockNotTrusted';
  if (item.at < plan.acceptedAt) return 'planLate';
  // The program ran, but not at that moment: a suspended machine, or the player still busy with something else.
  return hindrance(item, situation) ?? (situation.inPlay.length > 0 ? 'preempted' : 'boxOff');
}

/**
 * Steps for the items whose time has come: begin them, or write down why not. With a clock that is not trusted nobody
 * knows whose time has come, so they wait.
 */
export function judgeItems(situation: Situation): Step[] {
  const { plan, now } = situation;
  if (plan === null || !situation.clock.trusted) return [];
  const steps: Step[] = [];
  let places = PLAYER_PLACES - situation.inPlay.length;
  for (const item of plan.items) {
    if (item.at > now + ARM_LEAD_MS) break;
    if (!isOpen(item, plan, situation)) continue;
    if (now > item.at + LATE_GRACE_MS) {
      steps.push({ do: 'settle', planSeq: plan.seq, item, reason: missedReason(item, plan, situation) });
      continue;
    }
    const reason = hindrance(item, situation);
    if (reason !== null) {
      // Until its instant the clip may still come, or the configuration change.
      if (now >= item.at) steps.push({ do: 'settle', planSeq: plan.seq, item, reason });
    } else if (places > 0 && situation.limits !== null) {
      places -= 1;
      steps.push({ do: 'arm', planSeq: plan.seq, item, gainDb: gainDbOf(situation.limits.volume) });
    }
  }
  return steps;
}

/** Steps for what the player holds and must not play any more. */
export function judgePlaying(situation: Situation): Step[] {
  const { plan, limits } = situation;
  const steps: Step[] = [];
  for (const playing of situation.inPlay) {
    if (playing.stopping) continue;
    const cut = plan !== null && playing.at < plan.from;
    if (plan !== null && !cut && !plan.items.some((item) => item.id === playing.id))
      steps.push({ do: 'stop', item: playing.id, reason: 'withdrawn' });
    else if (limits !== null && !fitsInside(limits.spans, playing.at, playing.at + playing.durationMs))
      steps.push({ do: 'stop', item: playing.id, reason: 'outsideWindow' });
    else if (limits !== null && limits.volume <= 0) steps.push({ do: 'stop', item: playing.id, reason: 'muted' });
    else if (!playing.sounding && !situation.clock.trusted)
      steps.push({ do: 'stop', item: playing.id, reason: 'clockNotTrusted' });
  }
  return steps;
}

/**
 * Before a new plan takes the place of the held one: the records of the held one's items whose time has passed and which
 * the new one may not know. With a trusted clock that is every missed item. Without, only what ended before the new plan
 * was signed has passed for certain; what the new plan still names is left for it to judge.
 * @param next the new plan's items' ids, and when it was signed (Unix ms)
 */
export function settleBeforeReplacing(
  situation: Situation,
  next: { readonly ids: ReadonlySet<string>; readonly signedAt: number },
): Step[] {
  const { plan } = situation;
  if (plan === null) return [];
  if (situation.clock.trusted) return judgeItems(situation).filter((step) => step.do === 'settle');
  return plan.items
    .filter((item) => item.at + item.durationMs <= next.signedAt && !next.ids.has(item.id))
    .filter((item) => isOpen(item, plan, situation))
    .map((item) => ({ do: 'settle', planSeq: plan.seq, item, reason: 'clockNotTrusted' }));
}
