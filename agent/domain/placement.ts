/**
 * Where samples go: the arithmetic between instants (Unix ms) and sample indexes of a stream, and the small changes made
 * to samples on their way (gain, fades). Pure.
 */

/** Everything inside the box is mono, signed 16 bit, 48 kHz: the shape that the server's ingest makes. */
export const SAMPLE_RATE = 48_000;

/** Samples in one millisecond. */
export const SAMPLES_PER_MS = SAMPLE_RATE / 1000;

/** One known point of a stream: this sample sounds at this instant (Unix ms). */
export interface StreamPoint {
  readonly instant: number;
  readonly sample: number;
}

/** The index of the sample that sounds at `instant`, rounded to the nearest. */
export function sampleAt(point: StreamPoint, instant: number): number {
  return Math.round(point.sample + (instant - point.instant) * SAMPLES_PER_MS);
}

/** The instant (Unix ms, fractional) at which sample `index` sounds. */
export function instantOf(point: StreamPoint, index: number): number {
  return point.instant + (index - point.sample) / SAMPLES_PER_MS;
}

/** Whole samples in a duration of `ms`, rounded to the nearest. */
export function samplesIn(ms: number): number {
  return Math.round(ms * SAMPLES_PER_MS);
}

/** Duration of so many samples, in ms. */
export function msOf(samples: number): number {
  return samples / SAMPLES_PER_MS;
}

/**
 * How many samples of silence go before an item so that its first sample falls on its instant.
 * @param point the stream's freshest known point
 * @param next index of the sample that is written next
 * @param at the item's instant (Unix ms)
 * @param snap an error of up to so many samples is left alone: an item that follows another one joins it without a gap
 * @returns 0 or more; 0 also when the instant has passed already
 */
export function silenceBefore(point: StreamPoint, next: number, at: number, snap: number): number {
  const wait = sampleAt(point, at) - next;
  return wait <= snap ? 0 : wait;
}

/** The factor of a gain in dB; from -120 dB on it is silence. */
export function gainFactor(db: number): number {
  return db <= -120 ? 0 : 10 ** (db / 20);
}

/** Multiplies samples by `factor`, rounding to nearest and holding them inside 16 bits. Changes `pcm` itself. */
export function applyGain(pcm: Int16Array, factor: number): void {
  if (factor === 1) return;
  for (let i = 0; i < pcm.length; i += 1) {
    const value = Math.round((pcm[i] ?? 0) * factor);
    pcm[i] = Math.max(-32_768, Math.min(32_767, value));
  }
}

/**
 * Applies a straight ramp, as a start in the middle of a clip or a stop needs so as not to click. Changes `pcm` itself.
 * @param position index of the first sample of `pcm` within the ramp (0 or more)
 * @param length samples of the whole ramp
 * @param direction `in` rises from silence, `out` falls to silence and stays there
 */
export function applyFade(pcm: Int16Array, position: number, length: number, direction: 'in' | 'out'): void {
  for (let i = 0; i < pcm.length; i += 1) {
    const progress = Math.min(1, (position + i) / length);
    const factor = direction === 'in' ? progress : 1 - progress;
    if (factor === 1) continue;
    pcm[i] = Math.round((pcm[i] ?? 0) * factor);
  }
}

/** The largest sample by size, as a fraction of full scale (0 to 1): 0 is digital silence. */
export function peakOf(pcm: Int16Array): number {
  let peak = 0;
  for (const value of pcm) {
    const size = value < 0 ? -value : value;
    if (size > peak) peak = size;
  }
  return peak / 32_768;
}
