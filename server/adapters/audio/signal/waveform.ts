/** Enough for a console that draws two minutes over a wide screen; an hour is 180 kB. */
export const PEAKS_PER_SECOND = 25;

const FULL = 127;
const scaled = (value: number) => Math.round(Math.max(-1, Math.min(1, value)) * FULL);

/** Collects the picture of a recording: the lowest and the highest sample of every 40 ms, in pairs. */
export class Waveform {
  readonly #width: number;
  readonly #pairs: number[] = [];
  #low = 0;
  #high = 0;
  #filled = 0;

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#width = Math.round(rate / PEAKS_PER_SECOND);
  }

  push(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i] as number;
      if (this.#filled === 0) this.#low = this.#high = sample;
      else if (sample < this.#low) this.#low = sample;
      else if (sample > this.#high) this.#high = sample;
      if (++this.#filled === this.#width) this.#close();
    }
  }

  /** Pairs (lowest, highest), -127..127, `PEAKS_PER_SECOND` of them a second; the last one may cover less. */
  peaks(): Int8Array {
    if (this.#filled > 0) this.#close();
    return Int8Array.from(this.#pairs);
  }

  #close(): void {
    this.#pairs.push(scaled(this.#low), scaled(this.#high));
    this.#filled = 0;
  }
}
