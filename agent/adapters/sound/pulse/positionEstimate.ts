import { SAMPLES_PER_MS } from '../../../domain/placement.ts';

/** One answer of the server about how far it has played. */
export interface PositionReading {
  /** Steady ms just before the question was sent. */
  readonly asked: number;
  /** Steady ms at which the server wrote its answer; its look at the device lies between `asked` and this. */
  readonly answered: number;
  /** The sample (fractional) that the loudspeaker had reached. */
  readonly sample: number;
}

export interface PositionEstimate {
  /** Steady ms. */
  readonly at: number;
  readonly sample: number;
  /** Half-width in ms. */
  readonly uncertaintyMs: number;
}

/** Readings older than this are forgotten: 200 of them at one every 100 ms. */
const KEEP_MS = 20_000;
/** How roughly the position is known after a restart. */
const ROUGH_MS = 100;
/** Two crystals differ by less than 100 parts in a million. */
const DRIFT = 1e-4;

/**
 * Where the device is, out of readings that each took some time. The quickest one says most: the moment at which the
 * server looked is known to half of the time that it took, and an older reading loses only what crystals drift apart. So
 * the estimate stays right when the machine is busy and most readings are late.
 */
export class PositionHistory {
  #readings: PositionReading[] = [];
  #rough = false;

  /** True from a restart until the next reading. */
  get rough(): boolean {
    return this.#rough;
  }

  add(reading: PositionReading): void {
    this.#readings = this.#readings.filter((old) => reading.answered - old.answered < KEEP_MS);
    this.#readings.push(reading);
    this.#rough = false;
  }

  /**
   * After an underrun or a move to another device nothing of before holds. Until the next reading all that is known is
   * that `sample` sounds at about the steady instant `now`.
   */
  restart(now: number, sample: number): void {
    this.#rough = true;
    this.#readings = [{ asked: now - ROUGH_MS, answered: now + ROUGH_MS, sample }];
  }

  /** The best estimate as of the steady instant `now`, or null without any reading. */
  best(now: number): PositionEstimate | null {
    let best: PositionEstimate | null = null;
    for (const reading of this.#readings) {
      const halfMs = (reading.answered - reading.asked) / 2;
      const uncertaintyMs = halfMs + (now - reading.answered) * DRIFT;
      if (best !== null && best.uncertaintyMs <= uncertaintyMs) continue;
      best = { at: (reading.asked + reading.answered) / 2, sample: reading.sample, uncertaintyMs };
    }
    return best;
  }

  /** The sample that sounds at the steady instant `now`, or null without any reading. */
  sampleAt(now: number): number | null {
    const best = this.best(now);
    return best === null ? null : best.sample + (now - best.at) * SAMPLES_PER_MS;
  }
}
