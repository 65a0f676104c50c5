import { playingAt } from '../../shared/core/plan.ts';
import { DAY, type Instant } from '../../shared/core/time.ts';
import type { WindowSpan } from '../../shared/core/windows.ts';
import type { HeldPlan } from './situation.ts';

export interface WindowReadiness {
  readonly from: Instant;
  readonly items: number;
  readonly clips: number;
  readonly clipsReady: number;
}

/**
 * How ready the box is for the next window that has items (the one that is open now counts while items are left in it).
 * @returns null when the plan has no coming item inside a window
 */
export function readinessOf(
  plan: HeldPlan | null,
  spans: readonly WindowSpan[],
  now: Instant,
  clips: { has(sha256: string): boolean },
): WindowReadiness | null {
  if (plan === null) return null;
  const coming = plan.items.filter((item) => item.at + item.durationMs > now);
  for (const span of spans) {
    if (span.to <= now) continue;
    const inside = coming.filter((item) => item.at >= span.from && item.at + item.durationMs <= span.to);
    if (inside.length === 0) continue;
    const needed = new Set(inside.map((item) => item.clip));
    return {
      from: span.from,
      items: inside.length,
      clips: needed.size,
      clipsReady: [...needed].filter((sha256) => clips.has(sha256)).length,
    };
  }
  return null;
}

/** True when nothing of the plan sounds at any moment of a stretch of time (at most a day long). */
export function silentBetween(plan: HeldPlan | null, from: Instant, to: Instant): boolean {
  if (plan === null || to - from > DAY) return plan === null;
  if (playingAt(plan.items, from) !== null) return false;
  return !plan.items.some((item) => item.at >= from && item.at < to);
}
