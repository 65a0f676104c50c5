import type { ConfigMessage } from '../../shared/contract/messages/config.ts';
import type { PlanMessage } from '../../shared/contract/messages/plan.ts';
import { DAY, type Instant, makeZone } from '../../shared/core/time.ts';
import { type WindowSpan, windowSpans } from '../../shared/core/windows.ts';
import type { HeldPlan, Limits } from '../domain/situation.ts';
import { clampedVolume } from '../domain/volume.ts';

/** What the box is to do, as last verified: the plan it plays, and the limits it keeps to. */
export class Target {
  #plan: HeldPlan | null = null;
  #config: ConfigMessage | null = null;
  #configSeq = 0;
  #limits: Limits | null = null;

  get plan(): HeldPlan | null {
    return this.#plan;
  }

  get config(): ConfigMessage | null {
    return this.#config;
  }

  get configSeq(): number {
    return this.#configSeq;
  }

  get limits(): Limits | null {
    return this.#limits;
  }

  setPlan(seq: number, acceptedAt: Instant, message: PlanMessage): void {
    const { from, items, clips } = message;
    this.#plan = { seq, acceptedAt, from, items, clips };
    this.#limit();
  }

  setConfig(seq: number, message: ConfigMessage): void {
    this.#config = message;
    this.#configSeq = seq;
    this.#limit();
  }

  /** The broadcast windows that touch a stretch of time; none without a configuration. */
  windows(from: Instant, to: Instant): WindowSpan[] {
    const config = this.#config;
    return config === null ? [] : windowSpans(config.windows, makeZone(config.zone), from, to);
  }

  #limit(): void {
    if (this.#config === null) return;
    const first = this.#plan?.items[0];
    const last = this.#plan?.items.at(-1);
    const spans = first && last ? this.windows(first.at - DAY, last.at + last.durationMs + DAY) : [];
    this.#limits = { spans, volume: clampedVolume(this.#config) };
  }
}
