import { headShelf, lowCut } from './kWeighting.ts';

const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
/** A gating block is 400 ms and starts every 100 ms: four tenths of a second, three of them shared with the last. */
const TENTHS_IN_A_BLOCK = 4;
/** Below this a filter's state is inaudible by 200 dB; without the cut, arithmetic on digital silence crawls. */
const NOTHING = 1e-20;

const toLoudness = (power: number) => -0.691 + 10 * Math.log10(power);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Integrated programme loudness of one channel, as EBU R 128 and ITU-R BS.1770-4 define it: K weighting, mean power in
 * overlapping 400 ms blocks, an absolute gate at -70 LUFS and a relative one 10 LU below the ungated mean. It is ours, and
 * not a filter of ffmpeg's, so that measuring costs no process of its own and is the same with every version of ffmpeg; the
 * tests hold it against ffmpeg's `ebur128` and against the EBU's own test signals (Tech 3341).
 */
export class LoudnessMeter {
  readonly #tenth: number;
  readonly #shelf: ReturnType<typeof headShelf>;
  readonly #cut: ReturnType<typeof lowCut>;
  readonly #tenths: number[] = [];
  #power = 0;
  #filled = 0;
  // State of the two filters, transposed form: two numbers each.
  #s1 = 0;
  #s2 = 0;
  #c1 = 0;
  #c2 = 0;

  /** @param rate samples a second, at least 8,000 */
  constructor(rate: number) {
    this.#tenth = Math.round(rate / 10);
    this.#shelf = headShelf(rate);
    this.#cut = lowCut(rate);
  }

  /** Takes the next samples, full scale being 1. */
  push(samples: Float32Array): void {
    const { b0, b1, b2, a1, a2 } = this.#shelf;
    const { a1: ca1, a2: ca2 } = this.#cut;
    let [s1, s2, c1, c2, power, filled] = [this.#s1, this.#s2, this.#c1, this.#c2, this.#power, this.#filled];
    for (let i = 0; i < samples.length; i++) {
      const x = samples[i] ?? 0;
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      const z = y + c1;
      c1 = -2 * y - ca1 * z + c2;
      c2 = y - ca2 * z;
      power += z * z;
      filled++;
      if (filled === this.#tenth) {
        this.#tenths.push(power / filled);
        power = 0;
        filled = 0;
        if (Math.abs(s1) + Math.abs(s2) + Math.abs(c1) + Math.abs(c2) < NOTHING) s1 = s2 = c1 = c2 = 0;
      }
    }
    [this.#s1, this.#s2, this.#c1, this.#c2, this.#power, this.#filled] = [s1, s2, c1, c2, power, filled];
  }

  /** LUFS so far; `-Infinity` when no block of 400 ms rises above the absolute gate (silence, or too little sound). */
  integrated(): number {
    const blocks: number[] = [];
    for (let end = TENTHS_IN_A_BLOCK; end <= this.#tenths.length; end++) {
      const power = mean(this.#tenths.slice(end - TENTHS_IN_A_BLOCK, end));
      if (toLoudness(power) > ABSOLUTE_GATE) blocks.push(power);
    }
    if (blocks.length === 0) return Number.NEGATIVE_INFINITY;
    const gate = toLoudness(mean(blocks)) + RELATIVE_GATE;
    return toLoudness(mean(blocks.filter((power) => toLoudness(power) > gate)));
  }
}
