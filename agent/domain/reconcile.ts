import { SECOND } from '../../shared/core/time.ts';
import { clipNeeds, judgeClips } from './judgeClips.ts';
import { ARM_LEAD_MS, judgeItems, judgePlaying } from './judgeItems.ts';
import type { Situation } from './situation.ts';
import type { Decision } from './steps.ts';

/** However quiet it is, look again after this: the system's clock may have been set meanwhile. */
export const LONGEST_PAUSE_MS = 5 * SECOND;

/**
 * The heart of the box: from what is (disk, player, journal, clock) and what should be (plan, configuration) to the next
 * steps. Pure, so that every rule of it can be tested without a box. The loop executes the steps, reads the situation
 * anew and asks again, until there is nothing left to do.
 */
export function reconcile(situation: Situation): Decision {
  const clips = judgeClips(situation);
  return {
    // Silence first, then sound, then what may take its time.
    steps: [...judgePlaying(situation), ...judgeItems(situation), ...clips.steps],
    conditions: [...(situation.clock.trusted ? [] : [CLOCK_CONDITION]), ...clips.conditions],
    lookAgainAt: lookAgainAt(situation),
  };
}

const CLOCK_CONDITION = {
  code: 'clock.notTrusted',
  detail: 'the clock shows a time that has passed already: items wait until it is set (check NTP or the clock battery)',
};

function lookAgainAt(situation: Situation): number {
  const { now, plan } = situation;
  let next = now + LONGEST_PAUSE_MS;
  for (const item of plan?.items ?? []) {
    if (item.at - ARM_LEAD_MS > next) break;
    for (const instant of [item.at - ARM_LEAD_MS, item.at]) if (instant > now) next = Math.min(next, instant);
  }
  for (const sha256 of clipNeeds(situation).keys()) {
    const due = situation.fetching.tries.get(sha256)?.notBefore;
    if (due !== undefined && due > now) next = Math.min(next, due);
  }
  return next;
}
