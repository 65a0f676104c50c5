import { SAMPLES_PER_MS } from '../../../domain/placement.ts';

export interface RingEstimate {
  /** Steady ms. */
  readonly at: number;
  readonly sample: number;
  readonly uncertaintyMs: number;
}

/** Some hundred notes: enough for a prompt one among them, few enough to follow a device that stood still for a while. */
const KEEP_MS = 2_000;
const DRIFT = 1e-4;
const ROUGH_MS = 100;
/** A note that reaches us promptly takes about this long through the pipe. */
const PROMPT_MS = 0.3;

interface Reading {
  readonly at: number;
  readonly sample: number;
}

/**
 * The position of a sound device seen from the other end of its ring: at the moment when the ring takes a piece, it is
 * full, so the sample that sounds is the ring's length behind. A note can reach us late but never early, hence the
 * earliest of the recent ones (allowing for what crystals drift) is right.
 */
export class RingPosition {
  readonly #ringFrames: number;
  #accepted = 0;
  /** Counted since the ring last began to fill. */
  #filling = 0;
  #readings: Reading[] = [];
  #rough: RingEstimate | null = null;

  constructor(ringFrames: number) {
    this.#ringFrames = ringFrames;
  }

  /** @param now steady ms at which the note was read */
  accepted(samples: number, now: number): void {
    this.#accepted += samples;
    this.#filling += samples;
    // Until the ring was full once, the device does not pace what it takes.
    if (this.#filling <= this.#ringFrames) return;
    this.#readings = this.#readings.filter((old) => now - old.at < KEEP_MS);
    this.#readings.push({ at: now, sample: this.#accepted - this.#ringFrames });
  }

  /**
   * The ring ran dry: it fills anew, and nothing of before holds. Until it is full again all that is known is that
   * `sample` sounds at about the steady instant `now`.
   */
  emptied(now: number, sample: number): void {
    this.#filling = 0;
    this.#readings = [];
    this.#rough = { at: now, sample, uncertaintyMs: ROUGH_MS };
  }

  /** True while the ring fills again after it ran dry. */
  get rough(): boolean {
    return this.#readings.length === 0;
  }

  get acceptedSamples(): number {
    return this.#accepted;
  }

  /** Samples that have sounded for certain. */
  sounded(): number {
    return this.#accepted - Math.min(this.#filling, this.#ringFrames);
  }

  /** The best estimate as of the steady instant `now`; null until the ring was full once. */
  best(now: number): RingEstimate | null {
    let best: RingEstimate | null = null;
    let lowest = Number.POSITIVE_INFINITY;
    for (const { at, sample } of this.#readings) {
      const drift = (now - at) * DRIFT;
      const lateness = at - sample / SAMPLES_PER_MS + drift;
      if (lateness >= lowest) continue;
      lowest = lateness;
      best = { at, sample, uncertaintyMs: PROMPT_MS + drift };
    }
    return best ?? this.#rough;
  }
}
