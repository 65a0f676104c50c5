import { LARGEST_RISE, largest, peakBetween, REACH } from './interpolation.ts';

const BLOCK = 64;

/**
 * True peak of one channel (ITU-R BS.1770-4, annex 2): the highest level of the signal between its samples too, which is
 * what a converter and an amplifier see. Stretches that cannot hold a new record are passed over, which changes nothing
 * but the time it takes.
 */
export class TruePeakMeter {
  /** What is looked at: the first `#held` samples of the room, which begin with silence before the first sample. */
  #line = new Float32Array(REACH);
  #held = REACH;
  #peak = 0;

  /** Takes the next samples, full scale being 1. */
  push(samples: Float32Array): void {
    const end = this.#held + samples.length;
    if (end > this.#line.length) {
      const room = new Float32Array(end);
      room.set(this.#line.subarray(0, this.#held));
      this.#line = room;
    }
    const line = this.#line;
    line.set(samples, this.#held);
    const last = end - REACH; // the last gap that has its whole reach
    let at = REACH - 1;
    for (; at < last; at += BLOCK) {
      const to = Math.min(at + BLOCK, last);
      const size = largest(line, at - REACH + 1, to + REACH);
      if (size > this.#peak) this.#peak = size;
      if (size * LARGEST_RISE <= this.#peak) continue;
      for (let gap = at; gap < to; gap++) this.#peak = Math.max(this.#peak, peakBetween(line, gap));
    }
    const keep = Math.max(0, Math.min(at, last) - REACH + 1);
    line.copyWithin(0, keep, end);
    this.#held = end - keep;
  }

  /** dBTP of all that was pushed, taking silence to follow; `-Infinity` for digital silence. */
  decibels(): number {
    this.push(new Float32Array(2 * REACH));
    return 20 * Math.log10(this.#peak);
  }
}
