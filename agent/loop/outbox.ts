import type { ReportMessage, ReportRecord } from '../../shared/contract/messages/report.ts';
import { TOPICS } from '../../shared/contract/topics.ts';
import { MINUTE, SECOND } from '../../shared/core/time.ts';
import type { AgentClock, Random } from '../ports/clock.ts';
import type { AgentLog } from '../ports/log.ts';
import type { AgentJournal } from './agentJournal.ts';

export interface OutboxDeps {
  readonly agentId: string;
  readonly journal: AgentJournal;
  readonly clock: AgentClock;
  readonly random: Random;
  readonly log: AgentLog;
  /** Records a batch, from the configuration. */
  readonly batchRecords: () => number;
  readonly online: () => boolean;
  readonly publish: (payload: string) => Promise<void>;
}

/** Records that arrive together leave together. */
const GATHER_MS = 250;
const FIRST_PATIENCE_MS = 30 * SECOND;
const MOST_PATIENCE_MS = 10 * MINUTE;
/** Batches that may be without receipt at a time. */
const WINDOW_BATCHES = 4;

/**
 * Sends records until the server's own receipt covers them. The broker's acknowledgement only means that the broker has
 * it: after each new connection, and when no receipt comes, it begins again at the first record without receipt.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  /** Highest n handed to the broker on this connection. */
  #sentTo = 0;
  /** Counts new beginnings, so that a batch that was under way then does not push the mark up again. */
  #beginning = 0;
  #patienceMs = FIRST_PATIENCE_MS;
  #pumping: Promise<void> | null = null;
  #cancelGather: (() => void) | null = null;
  #cancelPatience: (() => void) | null = null;
  #closed = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** There may be something to send. */
  poke(): void {
    if (this.#closed || this.#cancelGather !== null) return;
    this.#cancelGather = this.#deps.clock.after(GATHER_MS, () => {
      this.#cancelGather = null;
      this.#start();
    });
  }

  /** A new connection, or a wish to hear it all again: from the first record without receipt. */
  restart(fromN = 0): void {
    this.#beginning += 1;
    this.#sentTo = Math.max(this.#deps.journal.state.upTo, fromN - 1);
    this.poke();
  }

  /** A receipt came. */
  confirmed(): void {
    this.#patienceMs = FIRST_PATIENCE_MS;
    this.#stopWaiting();
    this.#sentTo = Math.max(this.#sentTo, this.#deps.journal.state.upTo);
    if (this.#deps.journal.unreported > 0) this.#wait();
    this.poke();
  }

  /** Sends what there is once more, for at most `ms`, and stops. */
  async close(ms: number): Promise<void> {
    this.#closed = true;
    this.#cancelGather?.();
    this.#stopWaiting();
    if (!this.#deps.online()) return;
    this.#start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(ms, resolve);
    await Promise.race([this.#pumping ?? Promise.resolve(), promise]);
    cancel();
  }

  #start(): void {
    if (this.#pumping !== null) return;
    this.#pumping = this.#pump()
      .catch((cause: unknown) => {
        // The connection went: `restart` comes with the next one.
        this.#deps.log.info({ cause }, 'sending of reports interrupted');
      })
      .finally(() => {
        this.#pumping = null;
      });
  }

  async #pump(): Promise<void> {
    const { journal, agentId, log } = this.#deps;
    while (this.#deps.online()) {
      const size = Math.max(1, this.#deps.batchRecords());
      if (this.#sentTo >= journal.state.upTo + WINDOW_BATCHES * size) return;
      const records = fitting(journal.keptFrom(this.#sentTo + 1, size));
      const last = records.at(-1);
      if (last === undefined) return;
      const message: ReportMessage = { v: 1, agent: agentId, oldest: journal.state.upTo + 1, records };
      const beginning = this.#beginning;
      await this.#deps.publish(JSON.stringify(message));
      if (beginning === this.#beginning) this.#sentTo = last.n;
      log.info({ from: records[0]?.n, to: last.n }, 'records sent');
      if (this.#cancelPatience === null) this.#wait();
    }
  }

  /** Sends again from the first record without receipt when none comes for a while, and each time waits longer. */
  #wait(): void {
    if (this.#closed) return;
    const spread = 1 + this.#deps.random() / 4;
    this.#stopWaiting();
    this.#cancelPatience = this.#deps.clock.after(this.#patienceMs * spread, () => {
      this.#cancelPatience = null;
      this.#patienceMs = Math.min(MOST_PATIENCE_MS, this.#patienceMs * 2);
      if (!this.#deps.online() || this.#deps.journal.unreported === 0) return;
      this.#deps.log.warn({ unreported: this.#deps.journal.unreported }, 'no receipt came: sending again');
      this.restart();
    });
  }

  #stopWaiting(): void {
    this.#cancelPatience?.();
    this.#cancelPatience = null;
  }
}

/** As many of the first records as fit into one message; at least one. */
function fitting(records: readonly ReportRecord[]): ReportRecord[] {
  const room = TOPICS.report.maxBytes - 1_024;
  let bytes = 0;
  const fit = records.findIndex((record) => {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    return bytes > room;
  });
  return fit < 0 ? [...records] : records.slice(0, Math.max(1, fit));
}
