import type { PlanMessage } from '../../shared/contract/messages/plan.ts';
import { settleBeforeReplacing } from '../domain/judgeItems.ts';
import { reconcile } from '../domain/reconcile.ts';
import type { Situation } from '../domain/situation.ts';
import type { Step, StepArguments, StepKind } from '../domain/steps.ts';
import type { AgentClock } from '../ports/clock.ts';
import type { MachineHealth } from '../ports/health.ts';
import type { AgentLog } from '../ports/log.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { ClipDesk } from './clipDesk.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import type { Exclusive } from './exclusive.ts';
import type { FaultDesk } from './faultDesk.ts';
import type { Playback } from './playback.ts';
import type { Target } from './target.ts';

export interface ReconcilerDeps {
  readonly exclusive: Exclusive;
  readonly target: Target;
  readonly playback: Playback;
  readonly clips: ClipDesk;
  readonly journal: AgentJournal;
  readonly keeper: ClockKeeper;
  readonly faults: FaultDesk;
  readonly health: MachineHealth;
  readonly keepFreeBytes: number;
  readonly clock: AgentClock;
  readonly log: AgentLog;
  /** Records were written. */
  readonly recorded: () => void;
}

/** Standing faults that a pass decides upon. */
const CONDITIONS = ['clock.notTrusted', 'disk.full', 'clip.quarantined'];
/** More passes than this without an end are a fault of ours; the next look comes by the timer. */
const MOST_PASSES = 10;

/** One executor for each kind of step: a kind without one does not compile. */
type Executors = { readonly [K in StepKind]: (step: StepArguments[K]) => Promise<void> };

/** Reads the situation, asks the domain what to do, does it, and again until there is nothing to do. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #executors: Executors;
  #cancelTimer: () => void = () => undefined;
  #asked = false;
  #closed = false;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
    const { playback, clips, journal, keeper, log } = deps;
    this.#executors = {
      settle: async ({ item, planSeq, reason }) => {
        const { trusted } = keeper.read();
        await journal.record(
          {
            kind: 'playback',
            recordedAt: keeper.stamp(),
            item: item.id,
            planSeq,
            clip: item.clip,
            at: item.at,
            outcome: 'skipped',
            reason,
            startedAt: null,
            heardMs: 0,
            clock: trusted ? 'trusted' : 'untrusted',
          },
          item.at + item.durationMs,
        );
        log.info({ item: item.id, reason }, 'item skipped');
      },
      arm: async ({ item, planSeq, gainDb }) => playback.arm(item, planSeq, gainDb),
      stop: async ({ item, reason }) => playback.stop(item, reason),
      fetchClip: async ({ clip }) => clips.fetch(clip),
      stopFetch: async ({ clip }) => clips.stopFetch(clip),
      dropClip: ({ clip }) => clips.drop(clip),
    };
  }

  /** Something changed: look soon. Calls before that look make one. */
  poke(): void {
    if (this.#asked || this.#closed) return;
    this.#asked = true;
    this.#deps.exclusive
      .run(() => this.#look())
      .catch((cause: unknown) => {
        this.#deps.log.error({ cause }, 'a pass failed; the next look tries again');
        this.#sleep(1_000);
      });
  }

  /** Before a plan is replaced: writes the records that the new one may not know of. Runs inside an exclusive turn. */
  async settleBefore(next: PlanMessage, signedAt: number): Promise<void> {
    const ids = new Set(next.items.map((item) => item.id));
    const steps = settleBeforeReplacing(await this.#situation(), { ids, signedAt });
    await this.#execute(steps);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    await this.#deps.exclusive.idle();
  }

  async #look(): Promise<void> {
    this.#asked = false;
    if (this.#closed) return;
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const situation = await this.#situation();
      const decision = reconcile(situation);
      this.#deps.faults.settle(CONDITIONS, decision.conditions);
      if (decision.steps.length === 0) {
        this.#sleep(decision.lookAgainAt - situation.now);
        return;
      }
      await this.#execute(decision.steps);
      if (this.#closed) return;
    }
    this.#deps.log.warn({ passes: MOST_PASSES }, 'reconciling does not come to rest');
    this.#sleep(1_000);
  }

  /** Records go to the disk together; the rest in order. */
  async #execute(steps: readonly Step[]): Promise<void> {
    const settling: Promise<void>[] = [];
    for (const step of steps) {
      if (step.do === 'settle') settling.push(this.#executeOne(step));
      else await this.#executeOne(step);
    }
    const results = await Promise.allSettled(settling);
    if (results.some((result) => result.status === 'fulfilled')) this.#deps.recorded();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      const words = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
      this.#deps.faults.raise('journal.write', `the disk does not take the journal: ${words}`);
      throw failed.reason;
    }
    if (settling.length > 0) this.#deps.faults.clear('journal.write');
  }

  #executeOne(step: Step): Promise<void> {
    switch (step.do) {
      case 'settle':
        return this.#executors.settle(step);
      case 'arm':
        return this.#executors.arm(step);
      case 'stop':
        return this.#executors.stop(step);
      case 'fetchClip':
        return this.#executors.fetchClip(step);
      case 'stopFetch':
        return this.#executors.stopFetch(step);
      case 'dropClip':
        return this.#executors.dropClip(step);
    }
  }

  #sleep(ms: number): void {
    this.#cancelTimer();
    if (!this.#closed) this.#cancelTimer = this.#deps.clock.after(Math.max(10, ms), () => this.poke());
  }

  async #situation(): Promise<Situation> {
    const { target, playback, clips, journal, keeper, health, keepFreeBytes } = this.#deps;
    // First what has to be waited for: the rest is then read in one moment.
    const disk = await health.disk();
    const { now, trusted, trustedSince, bootedAt } = keeper.read();
    return {
      now,
      clock: { trusted, trustedSince },
      bootedAt,
      plan: target.plan,
      limits: target.limits,
      settled: journal.settled,
      settledBefore: journal.state.settledBefore,
      inPlay: playback.inPlay,
      clips: clips.cached,
      fetching: clips.fetching,
      disk: disk === null ? null : { freeBytes: disk.freeBytes, keepFreeBytes },
    };
  }
}
