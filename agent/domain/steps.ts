import type { PlanClip } from '../../shared/contract/messages/plan.ts';
import type { SKIP_REASONS } from '../../shared/contract/messages/report.ts';
import type { PlanItem } from '../../shared/core/plan.ts';
import type { Instant } from '../../shared/core/time.ts';

export type SkipReason = (typeof SKIP_REASONS)[number];
export type StopReason = 'withdrawn' | 'outsideWindow' | 'muted' | 'clockNotTrusted';

/** What is to be done, as plain data that can be logged and compared. Each kind has one executor in the loop. */
export interface StepArguments {
  /** Write the record of an item that will not sound any more. */
  settle: { readonly planSeq: number; readonly item: PlanItem; readonly reason: SkipReason };
  /** Hand an item to the player, ahead of its instant. */
  arm: { readonly planSeq: number; readonly item: PlanItem; readonly gainDb: number };
  /** Take an item from the player. */
  stop: { readonly item: string; readonly reason: StopReason };
  fetchClip: { readonly clip: PlanClip; readonly neededAt: Instant };
  /** Something else is needed sooner, or this is needed no more. What has come is kept. */
  stopFetch: { readonly clip: string };
  /** Remove a clip's file to make room. */
  dropClip: { readonly clip: string };
}

export type StepKind = keyof StepArguments;
export type Step = { [K in StepKind]: { readonly do: K } & StepArguments[K] }[StepKind];

/** A standing trouble that a technician should know of; it ends by itself when a later pass does not name it. */
export interface Condition {
  readonly code: string;
  readonly detail: string;
}

export interface Decision {
  readonly steps: readonly Step[];
  readonly conditions: readonly Condition[];
  /** Look again then at the latest, if nothing happens before. */
  readonly lookAgainAt: Instant;
}
