import { type OnlineStatus, statusMessage } from '../../shared/contract/messages/status.ts';
import { PROTOCOL_VERSION } from '../../shared/contract/version.ts';
import { type Instant, SECOND } from '../../shared/core/time.ts';
import { readinessOf } from '../domain/readiness.ts';
import type { AgentClock } from '../ports/clock.ts';
import type { MachineHealth } from '../ports/health.ts';
import type { AgentLog } from '../ports/log.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { ClipDesk } from './clipDesk.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import type { FaultDesk } from './faultDesk.ts';
import type { Inbox } from './inbox.ts';
import type { Playback } from './playback.ts';
import type { Target } from './target.ts';

export interface StatusDeps {
  readonly agentId: string;
  readonly versions: { readonly agent: string; readonly node: string };
  readonly sink: string;
  readonly startedAt: Instant;
  readonly clock: AgentClock;
  readonly keeper: ClockKeeper;
  readonly health: MachineHealth;
  readonly target: Target;
  readonly playback: Playback;
  readonly clips: ClipDesk;
  readonly journal: AgentJournal;
  readonly faults: FaultDesk;
  readonly inbox: Inbox;
  readonly log: AgentLog;
  readonly online: () => boolean;
  readonly publish: (payload: string) => Promise<void>;
}

/** Changes that come together make one status. */
const GATHER_MS = 500;
const DEFAULT_EVERY_SECONDS = 60;

/** What a box says of itself that the last will must say when it cannot. */
export function offlineStatus(agent: string): string {
  return JSON.stringify({ v: 1, agent, online: false });
}

/** Says how the box is: at each connection, after changes, and every so many seconds. */
export class StatusDesk {
  readonly #deps: StatusDeps;
  #cancelGather: (() => void) | null = null;
  #cancelBeat: (() => void) | null = null;
  #closed = false;

  constructor(deps: StatusDeps) {
    this.#deps = deps;
  }

  /** Something that the status tells of changed. */
  poke(afterMs = GATHER_MS): void {
    if (this.#closed || this.#cancelGather !== null || !this.#deps.online()) return;
    this.#cancelGather = this.#deps.clock.after(afterMs, () => {
      this.#cancelGather = null;
      this.#send().catch((cause: unknown) => this.#deps.log.info({ cause }, 'status not sent'));
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelGather?.();
    this.#cancelBeat?.();
  }

  async #send(): Promise<void> {
    if (this.#closed) return;
    this.#cancelBeat?.();
    const every = this.#deps.target.config?.reporting.statusEverySeconds ?? DEFAULT_EVERY_SECONDS;
    this.#cancelBeat = this.#deps.clock.after(every * SECOND, () => this.poke(0));
    const status = statusMessage.parse(await this.#make());
    if (this.#deps.online() && !this.#closed) await this.#deps.publish(JSON.stringify(status));
  }

  async #make(): Promise<OnlineStatus> {
    const { agentId, versions, keeper, health, target, playback, clips, journal, faults, inbox } = this.#deps;
    const { now, trusted } = keeper.read();
    return {
      v: 1,
      agent: agentId,
      online: true,
      at: keeper.stamp(),
      versions: { ...versions, protocol: PROTOCOL_VERSION },
      startedAt: Math.max(1_000_000_000_000, this.#deps.startedAt),
      planSeq: target.plan?.seq ?? 0,
      configSeq: target.configSeq,
      nextWindow: readinessOf(target.plan, target.limits?.spans ?? [], now, clips.cached),
      playing: playback.playing,
      clock: { trusted, source: 'system' },
      disk: await health.disk(),
      temperature: await health.temperature(),
      volume: target.limits?.volume ?? 0,
      sink: this.#deps.sink.slice(0, 200),
      faults: faults.standing
        .slice(0, 20)
        .map(({ code, detail }) => ({ code: code.slice(0, 60), detail: detail.slice(0, 300) })),
      rejected: inbox.rejected,
      unreported: journal.unreported,
    };
  }
}
