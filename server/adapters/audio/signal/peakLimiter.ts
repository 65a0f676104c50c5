import { largest, peakBetween, REACH } from './interpolation.ts';

/** The gain bends down over this long before a peak, so that the bend itself is not heard as a click. */
const ATTACK_SECONDS = 0.004;
/** Time constant of the way back up: short enough not to duck the next syllable, long enough not to buzz. */
const RELEASE_SECONDS = 0.06;
const BLOCK = 64;
/**
 * A gap between two samples is looked into only where one of them has this share of the ceiling: a sine must lie above a
 * third of the sample rate to rise higher than that in between. What slips through is caught by measuring the finished file.
 */
const WORTH_A_LOOK = 0.5;
const AT_REST = 1e-6;

/**
 * Gain, then a look-ahead limiter that holds the true peak under a ceiling. The gain curve is the least needed gain over
 * the attack time ahead, let go slowly, then averaged over the attack time: every sample's gain is therefore at most what
 * that sample needs. Output is as long as the input and not delayed against it. The result does not depend on how the
 * samples are cut into pushes, so the same input makes the same file.
 */
export class PeakLimiter {
  readonly #gain: number;
  readonly #ceiling: number;
  readonly #attack: number;
  readonly #release: number;
  /** Scaled samples not yet given out, with `REACH` of the past in front: the first `#held` of the room. */
  #line = new Float32Array(REACH);
  #gains = new Float32Array(0);
  #held = REACH;
  /** How many of `#line`, from the front, already have their needed gain in `#needed`. */
  #known = REACH;
  readonly #queue = new LeastGains();
  #position = 0; // index of the next sample whose need is found
  #released = 1; // gain after release, before averaging
  readonly #deficits: Float64Array;
  #slot = 0;
  #deficitSum = 0;
  #busy = 0; // how many of the ring's entries are not 0

  /**
   * @param rate samples a second
   * @param gainDb applied before limiting
   * @param ceilingDb highest true peak let through, in dBTP
   */
  constructor(rate: number, gainDb: number, ceilingDb: number) {
    this.#gain = 10 ** (gainDb / 20);
    this.#ceiling = 10 ** (ceilingDb / 20);
    this.#attack = Math.max(1, Math.round(rate * ATTACK_SECONDS));
    this.#release = 1 - Math.exp(-1 / (rate * RELEASE_SECONDS));
    this.#deficits = new Float64Array(this.#attack + 1);
  }

  /** Takes the next samples and gives those that are ready: the very first ones come one look-ahead later. */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    const end = this.#held + samples.length;
    if (end > this.#line.length) this.#grow(end);
    const line = this.#line;
    for (let i = 0, to = this.#held; i < samples.length; i++, to++) line[to] = (samples[i] as number) * this.#gain;
    const ready = Math.max(this.#known, end - REACH);
    const gains = this.#needs(line.subarray(0, end), this.#known, ready);
    const early = Math.min(gains.length, Math.max(0, this.#attack - this.#position));
    this.#smooth(gains);
    // The gain found at a sample is for the one an attack time before it; the very first are for nothing yet.
    const output = new Float32Array(gains.length - early);
    for (let i = early, from = this.#known - this.#attack + early; i < gains.length; i++, from++) {
      output[i - early] = (line[from] as number) * (gains[i] as number);
    }
    const keep = Math.max(0, ready - this.#attack - REACH);
    line.copyWithin(0, keep, end);
    this.#held = end - keep;
    this.#known = ready - keep;
    return output;
  }

  /** Makes room for `length` samples. The room is kept from push to push: fresh memory each time costs a third of the work. */
  #grow(length: number): void {
    const line = new Float32Array(length);
    line.set(this.#line.subarray(0, this.#held));
    this.#line = line;
    this.#gains = new Float32Array(length);
  }

  /** The samples still held back. Nothing may be pushed after it. */
  flush(): Float32Array<ArrayBuffer> {
    return this.push(new Float32Array(this.#attack + REACH));
  }

  /** The gain, at most 1, that each sample in `line[from..to)` needs for itself and for the gaps beside it. */
  #needs(line: Float32Array, from: number, to: number): Float32Array {
    const needs = this.#gains.subarray(0, to - from).fill(1);
    const floor = this.#ceiling * WORTH_A_LOOK;
    for (let at = from; at < to; at += BLOCK) {
      const end = Math.min(at + BLOCK, to);
      if (largest(line, at - 1, Math.min(line.length, end + 1)) <= floor) continue;
      let here = Math.abs(line[at] as number);
      let left = Math.abs(line[at - 1] as number) > floor || here > floor ? this.#gap(line, at - 1) : 0;
      for (let i = at; i < end; i++) {
        const next = Math.abs(line[i + 1] as number);
        const right = here > floor || next > floor ? this.#gap(line, i) : 0;
        const peak = Math.max(here, left, right);
        if (peak > this.#ceiling) needs[i - from] = this.#ceiling / peak;
        left = right;
        here = next;
      }
    }
    return needs;
  }

  /** The peak in the gap after `line[at]`; nothing where the recording has not begun. */
  #gap(line: Float32Array, at: number): number {
    return at >= REACH - 1 ? peakBetween(line, at) : 0;
  }

  /** Turns needed gains into the gains to use, one attack time late, in place. */
  #smooth(gains: Float32Array): void {
    const { length } = this.#deficits;
    let [position, slot, held, busy, sum] = [this.#position, this.#slot, this.#released, this.#busy, this.#deficitSum];
    for (let i = 0; i < gains.length; i++, position++) {
      const need = gains[i] as number;
      if (need < 1) this.#queue.add(position, need);
      const least = this.#queue.leastSince(position - this.#attack);
      if (busy > 0 || least < 1 || held < 1) {
        held = Math.min(least, held + (1 - held) * this.#release);
        if (1 - held < AT_REST) held = 1;
        const gone = this.#deficits[slot] as number;
        const deficit = 1 - held;
        this.#deficits[slot] = deficit;
        if (deficit > 0) busy++;
        if (gone > 0) busy--;
        sum = busy === 0 ? 0 : sum + deficit - gone;
        gains[i] = 1 - sum / length;
      }
      slot = slot + 1 === length ? 0 : slot + 1;
    }
    [this.#position, this.#slot, this.#released, this.#busy, this.#deficitSum] = [position, slot, held, busy, sum];
  }
}

/** Needed gains in the order of their samples, kept so that the least one of the latest stretch is always in front. */
class LeastGains {
  #at: number[] = [];
  #gain: number[] = [];
  #front = 0;

  add(at: number, gain: number): void {
    while (this.#gain.length > this.#front && (this.#gain[this.#gain.length - 1] as number) >= gain) {
      this.#gain.pop();
      this.#at.pop();
    }
    this.#gain.push(gain);
    this.#at.push(at);
  }

  /** The least gain of the samples from `from` on; 1 when there is none. Earlier ones are forgotten. */
  leastSince(from: number): number {
    if (this.#gain.length === 0) return 1;
    while (this.#front < this.#at.length && (this.#at[this.#front] as number) < from) this.#front++;
    if (this.#front < this.#at.length) return this.#gain[this.#front] as number;
    this.#at = [];
    this.#gain = [];
    this.#front = 0;
    return 1;
  }
}
