import { performance } from 'node:perf_hooks';
import type { SoundClock } from '../../ports/sound.ts';

/** The two readings that the clock is made of; replaced in tests. */
export interface RawClocks {
  /** Steady ms, fractional. */
  steady(): number;
  /** The system's clock, whole ms (rounded down). */
  wall(): number;
}

const systemClocks: RawClocks = { steady: () => performance.now(), wall: () => Date.now() };

/** The offset is known well enough: a sample is 0.0208 ms. */
const SHARP_MS = 0.01;
const SHARPEN_WITHIN_MS = 10;

/**
 * The system's clock to a few microseconds. `Date.now()` gives whole milliseconds only, but each reading of it between
 * two steady readings proves an interval for the offset between both clocks, and the intervals' intersection is narrow.
 * An empty intersection means that the system's clock was stepped (NTP, an operator): then it begins anew. Frequency
 * corrections move both clocks alike on Linux.
 */
export class SystemSoundClock implements SoundClock {
  readonly #raw: RawClocks;
  #low = Number.NEGATIVE_INFINITY;
  #high = Number.POSITIVE_INFINITY;

  constructor(raw: RawClocks = systemClocks) {
    this.#raw = raw;
    this.#sharpen();
  }

  monotonic(): number {
    return this.#raw.steady();
  }

  wallAt(monotonic: number): number {
    if (!this.#measure()) this.#sharpen();
    return monotonic + (this.#low + this.#high) / 2;
  }

  after(ms: number, work: () => void): () => void {
    const timer = setTimeout(work, Math.max(0, Math.ceil(ms)));
    return () => clearTimeout(timer);
  }

  /** One reading; false when it contradicts what was known (the clock was stepped). */
  #measure(): boolean {
    const before = this.#raw.steady();
    const wall = this.#raw.wall();
    const after = this.#raw.steady();
    const low = wall - after;
    const high = wall + 1 - before;
    const agrees = low <= this.#high && high >= this.#low;
    this.#low = agrees ? Math.max(low, this.#low) : low;
    this.#high = agrees ? Math.min(high, this.#high) : high;
    return agrees;
  }

  /** Reads until the offset is known well: one turn of a millisecond, or a few where the machine is busy. */
  #sharpen(): void {
    const giveUp = this.#raw.steady() + SHARPEN_WITHIN_MS;
    do this.#measure();
    while (this.#high - this.#low > SHARP_MS && this.#raw.steady() < giveUp);
  }
}
