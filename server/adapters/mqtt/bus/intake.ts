import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../../ports/system.ts';

/** Longer than any commit; what is not settled by then is not acknowledged either. */
const LONGEST_END_MS = 10_000;

/** One message on its way to the listener. */
export interface Arrival {
  readonly what: string;
  readonly agentId: string;
  readonly bytes: number;
  /** Messages with one key are handled in the order in which they came; null: in any. */
  readonly order: string | null;
  /** Rejects when the message could not be made durable. */
  handle(): Promise<void>;
  /** Called once the message is in good hands, and never before. */
  acknowledge(): void;
}

export interface IntakeLimits {
  readonly messages: number;
  readonly bytes: number;
  /** Waits between the attempts to hand up a message, in ms; after the last it is given up, unacknowledged. */
  readonly retryMs: readonly number[];
}

/**
 * Hands many messages up at once, so that the ledger can commit them in groups, but never more than the limits: above
 * them the connection is not read, and the broker or the boxes keep what they have. A listener that fails is asked
 * again for a while. What is given up stays unacknowledged: Mosquitto delivers it again at the next connection, and a
 * box keeps its records until their receipt in any case.
 */
export class Intake {
  readonly #limits: IntakeLimits;
  readonly #log: Logger;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #messages = 0;
  #bytes = 0;
  #roomWanted: (() => void) | null = null;
  #settled: (() => void)[] = [];

  constructor(limits: IntakeLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
  }

  /** @param next called, perhaps at once, when there is room for another message */
  take(arrival: Arrival, next: () => void): void {
    this.#messages += 1;
    this.#bytes += arrival.bytes;
    const { order } = arrival;
    const before = order === null ? undefined : this.#tails.get(order);
    const handled = (before ?? Promise.resolve()).then(() => this.#deliver(arrival));
    const done = handled.finally(() => {
      if (order !== null && this.#tails.get(order) === done) this.#tails.delete(order);
      this.#leave(arrival.bytes);
    });
    if (order !== null) this.#tails.set(order, done);
    done.catch((error: unknown) => this.#log.error('message intake failed', { error: String(error) }));
    if (this.#hasRoom()) next();
    else this.#roomWanted = next;
  }

  /** Forgets who waits for room: that connection is gone. */
  connectionLost(): void {
    this.#roomWanted = null;
  }

  /** Ends the retries; resolves when nothing is under way any more, or after a time when a listener never settles. */
  async end(): Promise<void> {
    this.#ending.abort();
    if (this.#messages === 0) return;
    const settled = new Promise<void>((resolve) => this.#settled.push(resolve));
    await Promise.race([settled, delay(LONGEST_END_MS, undefined, { ref: false })]);
    if (this.#messages > 0) this.#log.error('messages left unsettled at the end', { messages: this.#messages });
  }

  async #deliver(arrival: Arrival): Promise<void> {
    const { what, agentId } = arrival;
    for (const wait of [...this.#limits.retryMs, null]) {
      try {
        await arrival.handle();
        arrival.acknowledge();
        return;
      } catch (error) {
        const again = wait !== null && !this.#ending.signal.aborted;
        const fields = { agentId, error: error instanceof Error ? error.message : String(error) };
        if (!again) {
          this.#log.error(`${what} given up, not acknowledged`, fields);
          return;
        }
        this.#log.warn(`${what} not taken, will be tried again`, { ...fields, inMs: wait });
        // An abort only cuts the wait short: then comes the last attempt.
        await delay(wait, undefined, { signal: this.#ending.signal }).catch(() => undefined);
      }
    }
  }

  #leave(bytes: number): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
    if (this.#messages === 0) for (const resolve of this.#settled.splice(0)) resolve();
    if (this.#roomWanted === null || !this.#hasRoom()) return;
    const next = this.#roomWanted;
    this.#roomWanted = null;
    next();
  }

  #hasRoom(): boolean {
    return this.#messages < this.#limits.messages && this.#bytes < this.#limits.bytes;
  }
}
