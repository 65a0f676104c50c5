import type { Instant } from '../../shared/core/time.ts';
import { atLeast, type ClockFloor, clockTrusted, raisedByOwn, raisedBySigned } from '../domain/clockTrust.ts';
import type { AgentClock } from '../ports/clock.ts';
import type { Document } from '../ports/documents.ts';

/** Instants before this are no instants on the wire (2001-09-09). */
const EARLIEST: Instant = 1_000_000_000_000;

/** The clock together with what is known of its worth. */
export class ClockKeeper {
  readonly #clock: AgentClock;
  readonly #floor: Document<ClockFloor>;
  readonly #startedSteady: number;
  /** Steady ms since when the clock is trusted; null: it is not. */
  #trustedSteady: number | null = null;

  constructor(clock: AgentClock, floor: Document<ClockFloor>) {
    this.#clock = clock;
    this.#floor = floor;
    this.#startedSteady = clock.steady();
    this.read();
  }

  /** One coherent reading. Instants of the past are said by the clock as it is now, also when it was set meanwhile. */
  read(): { now: Instant; trusted: boolean; trustedSince: Instant; bootedAt: Instant } {
    const now = this.#clock.now();
    const steady = this.#clock.steady();
    const trusted = clockTrusted(now, this.#floor.value);
    if (!trusted) this.#trustedSteady = null;
    else this.#trustedSteady ??= steady;
    return {
      now,
      trusted,
      trustedSince: now - (steady - (this.#trustedSteady ?? steady)),
      bootedAt: now - (steady - this.#startedSteady),
    };
  }

  get trusted(): boolean {
    return this.read().trusted;
  }

  /** The best lower bound of the present, fit for the wire. */
  stamp(): Instant {
    return Math.max(EARLIEST, Math.round(atLeast(this.#clock.now(), this.#floor.value)));
  }

  /** A message signed at `iat` (Unix ms) was verified: it is at least that late. */
  async sawSigned(iat: Instant): Promise<void> {
    if (raisedBySigned(this.#floor.value, iat) !== this.#floor.value)
      await this.#floor.update((floor) => raisedBySigned(floor, iat));
  }

  /** Writes the own reading down, if it is trusted. */
  async persist(): Promise<void> {
    const { now, trusted } = this.read();
    if (trusted && raisedByOwn(this.#floor.value, now) !== this.#floor.value)
      await this.#floor.update((floor) => raisedByOwn(floor, now));
  }
}
