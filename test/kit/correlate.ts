import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fft } from './fft.ts';
import { findProgram } from './needs.ts';

/** One place where a clip sounds in a recording. */
export interface Found {
  /** Sample of the recording (fractional) at which the clip's first sample lies; may be negative for a cut start. */
  readonly offsetSample: number;
  /** Normalised correlation of the part that was compared: 1 is the clip itself, whatever its volume. */
  readonly score: number;
}

export interface FindOptions {
  /** How much of the clip is looked for, from its first loud sample on, in ms. */
  readonly probeMs?: number;
  /** Lowest score of a place. */
  readonly threshold?: number;
}

const RATE = 48_000;
const DECIMATE = 16;
const BLOCK = 1 << 16;
/** 60 ms in coarse samples: some periods of the lowest note. */
const PERIODS_REACH = 180;
const MOST_RIVALS = 16;
/** 3 % of the peak counts as the clip's beginning: before it there is nothing to compare. */
const LOUD = 0.03;

/**
 * Every place where a clip sounds in a recording, in order, to a fraction of a sample: a search on both at 3 kHz by
 * Fourier transform, then a comparison sample by sample around each candidate. Half an hour takes a few seconds.
 */
export function findClip(recording: Int16Array, clip: Int16Array, options: FindOptions = {}): Found[] {
  const threshold = options.threshold ?? 0.7;
  const peak = clip.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (peak === 0) throw new Error('a silent clip cannot be found');
  const begin = clip.findIndex((value) => Math.abs(value) >= peak * LOUD);
  const probe = clip.subarray(begin, begin + Math.round(((options.probeMs ?? 3000) * RATE) / 1000));
  const coarse = correlation(decimated(recording), decimated(probe));
  // Half a coarse sample beside the grid, noise agrees to a half only.
  const candidates = peaksOf(coarse, threshold * 0.35, Math.floor(probe.length / DECIMATE / 2));
  return candidates
    .map((index) => sharpest(recording, probe, coarse, index))
    .filter(({ score }) => score >= threshold)
    .map(({ offsetSample, score }) => ({ offsetSample: offsetSample - begin, score }));
}

/** Decodes any audio file to mono, 48 kHz, 16 bit, as the agent hears it. */
export async function decodeForTest(path: string): Promise<Int16Array> {
  const ffmpeg = findProgram('ffmpeg');
  if (ffmpeg === null) throw new Error('ffmpeg is not installed');
  const { stdout } = await promisify(execFile)(
    ffmpeg,
    ['-nostdin', '-v', 'error', '-i', path, '-f', 's16le', '-ac', '1', '-ar', String(RATE), 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 2 ** 30 },
  );
  return new Int16Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length - (stdout.length % 2)),
  );
}

/** Means over `DECIMATE` samples: a low pass that is the same for both sides. */
function decimated(pcm: Int16Array): Float64Array {
  const out = new Float64Array(Math.floor(pcm.length / DECIMATE));
  for (let i = 0; i < out.length; i += 1) {
    let sum = 0;
    for (let k = i * DECIMATE; k < (i + 1) * DECIMATE; k += 1) sum += pcm[k] ?? 0;
    out[i] = sum / DECIMATE;
  }
  return out;
}

/** Normalised correlation of `probe` with every position of `long`, by overlapping blocks, two at a time. */
function correlation(long: Float64Array, probe: Float64Array): Float32Array {
  let size = BLOCK;
  while (size < probe.length * 2) size *= 2;
  const fft = new Fft(size);
  const probeRe = new Float64Array(size);
  const probeIm = new Float64Array(size);
  probeRe.set(probe);
  fft.forward(probeRe, probeIm);
  const probeEnergy = energyOf(probe, 0, probe.length);
  const out = new Float32Array(Math.max(0, long.length - probe.length + 1));
  const step = size - probe.length;
  for (let at = 0; at < out.length; at += 2 * step) {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    re.set(long.subarray(at, at + size));
    im.set(long.subarray(at + step, at + step + size));
    fft.forward(re, im);
    for (let k = 0; k < size; k += 1) {
      const a = re[k] ?? 0;
      const b = im[k] ?? 0;
      const c = probeRe[k] ?? 0;
      const d = -(probeIm[k] ?? 0);
      re[k] = a * c - b * d;
      im[k] = a * d + b * c;
    }
    fft.inverse(re, im);
    normalise(out, at, re, long, probe.length, probeEnergy, step);
    normalise(out, at + step, im, long, probe.length, probeEnergy, step);
  }
  return out;
}

function normalise(
  out: Float32Array,
  at: number,
  products: Float64Array,
  long: Float64Array,
  length: number,
  probeEnergy: number,
  step: number,
): void {
  let energy = energyOf(long, at, length);
  // Next to silence the quotient means nothing: a place must hold a thousandth of the probe's energy.
  const least = probeEnergy / 1_000;
  for (let i = 0; i < step && at + i < out.length; i += 1) {
    out[at + i] = energy > least ? (products[i] ?? 0) / Math.sqrt(energy * probeEnergy) : 0;
    energy += (long[at + i + length] ?? 0) ** 2 - (long[at + i] ?? 0) ** 2;
  }
}

function energyOf(signal: Float64Array, from: number, length: number): number {
  let energy = 0;
  for (let i = from; i < from + length; i += 1) energy += (signal[i] ?? 0) ** 2;
  return energy;
}

/** Indexes of maxima above a threshold, with nothing larger within `apart` of them. */
function peaksOf(scores: Float32Array, threshold: number, apart: number): number[] {
  const peaks: number[] = [];
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] ?? 0;
    if (score < threshold) continue;
    const last = peaks.at(-1);
    if (last === undefined || i - last > apart) peaks.push(i);
    else if (score > (scores[last] ?? 0)) peaks[peaks.length - 1] = i;
  }
  return peaks;
}

/**
 * The best position near a coarse one. A chime fits itself almost as well some periods away, and at 3 kHz the wrong one
 * may seem the better: all that come close there are looked at sample by sample.
 */
function sharpest(recording: Int16Array, probe: Int16Array, coarse: Float32Array, index: number): Found {
  const score = (at: number): number => coarse[at] ?? 0;
  const rivals: number[] = [];
  for (let at = index - PERIODS_REACH; at <= index + PERIODS_REACH; at += 1) {
    const isPeak = score(at) >= score(at - 1) && score(at) > score(at + 1);
    if (at === index || (isPeak && score(at) >= 0.8 * score(index))) rivals.push(at);
  }
  return rivals
    .sort((a, b) => score(b) - score(a))
    .slice(0, MOST_RIVALS)
    .map((at) => refine(recording, probe, at * DECIMATE))
    .reduce((best, found) => (found.score > best.score ? found : best));
}

/** The best position near `around`, to a fraction of a sample by a parabola through its neighbours. */
function refine(recording: Int16Array, probe: Int16Array, around: number): Found {
  const reach = DECIMATE + 4;
  const compared = probe.subarray(0, Math.min(probe.length, RATE));
  const scores: number[] = [];
  for (let lag = -reach; lag <= reach; lag += 1) scores.push(scoreAt(recording, compared, around + lag));
  const best = scores.indexOf(Math.max(...scores));
  const [before = 0, top = 0, after = 0] = [scores[best - 1], scores[best], scores[best + 1]];
  const bend = before - 2 * top + after;
  const fraction = bend < 0 && best > 0 && best < scores.length - 1 ? (before - after) / (2 * bend) : 0;
  const at = around - reach + best;
  return { offsetSample: at + fraction, score: scoreAt(recording, probe, at) };
}

function scoreAt(recording: Int16Array, probe: Int16Array, at: number): number {
  let product = 0;
  let a = 0;
  let b = 0;
  for (let i = 0; i < probe.length; i += 1) {
    const x = recording[at + i] ?? 0;
    const y = probe[i] ?? 0;
    product += x * y;
    a += x * x;
    b += y * y;
  }
  return a === 0 || b === 0 ? 0 : product / Math.sqrt(a * b);
}
