import type { DecodedOriginal } from './decodeOriginal.ts';
import { PIECE_SAMPLES, readPcm } from './pcmFile.ts';
import { LoudnessMeter } from './signal/loudnessMeter.ts';
import { PeakLimiter } from './signal/peakLimiter.ts';

/** How the original is brought to the target: first this gain, then a limiter at this true peak. */
export interface Treatment {
  readonly gainDb: number;
  readonly ceilingDb: number;
}

/** From this near, one more step is trusted without another trial: it errs by a small part of the step. */
const CLOSE_ENOUGH_LU = 0.3;
const TRIALS = 6;
/** First guess: more gain than a limiter would leave untouched, by this share of what the peaks stand out. */
const FIRST_SHARE = 0.6;
/** What speech with high peaks gains in loudness for each dB of gain, once the limiter is at work. */
const USUAL_SLOPE = 0.45;
/** Below this the sound is all limiter and more gain is no use. */
const LEAST_SLOPE = 0.1;
/** A limiter that takes more than this is no longer limiting: a recording that asks for it stays a little quieter. */
const MOST_EXTRA_DB = 18;
/** A trial hears one piece in four of a long recording, but never fewer of a short one than this. */
const FEWEST_PIECES = 12;
const LARGEST_STRIDE = 4;

/** How much loudness, in LU, the limiter takes away at this treatment, judged by every `stride`-th piece. */
async function takenByLimiter(
  original: DecodedOriginal,
  treatment: Treatment,
  stride: number,
  signal: AbortSignal,
): Promise<number> {
  const before = new LoudnessMeter(original.rate);
  const after = new LoudnessMeter(original.rate);
  const limiter = new PeakLimiter(original.rate, treatment.gainDb, treatment.ceilingDb);
  for await (const samples of readPcm(original.pcmPath, stride)) {
    signal.throwIfAborted();
    before.push(samples);
    after.push(limiter.push(samples));
  }
  after.push(limiter.flush());
  const taken = before.integrated() + treatment.gainDb - after.integrated();
  return Number.isFinite(taken) ? taken : 0; // only silence was heard: nothing to take
}

/**
 * Finds the gain that lands on `lufs` once the limiter has taken its part, by trying it out: gain alone falls short by as
 * much as the limiter removes, several LU on speech with high peaks.
 */
export async function chooseGain(
  original: DecodedOriginal,
  lufs: number,
  ceilingDb: number,
  signal: AbortSignal,
): Promise<Treatment> {
  const plain = lufs - original.lufs;
  const standingOut = original.truePeakDb + plain - ceilingDb;
  if (standingOut <= 0) return { gainDb: plain, ceilingDb };
  const pieces = Math.ceil(original.samples / PIECE_SAMPLES);
  const stride = Math.min(LARGEST_STRIDE, Math.max(1, Math.floor(pieces / FEWEST_PIECES)));
  let gainDb = plain + standingOut * FIRST_SHARE;
  let last: { gainDb: number; reached: number } | null = null;
  for (let trial = 0; trial < TRIALS; trial++) {
    const reached = original.lufs + gainDb - (await takenByLimiter(original, { gainDb, ceilingDb }, stride, signal));
    // The secant through the last two trials: loudness is a smooth and nearly straight function of gain.
    const slope: number = last === null ? USUAL_SLOPE : (reached - last.reached) / (gainDb - last.gainDb);
    if (!(slope >= LEAST_SLOPE)) break;
    last = { gainDb, reached };
    gainDb = Math.min(plain + MOST_EXTRA_DB, gainDb + (lufs - reached) / slope);
    if (Math.abs(lufs - reached) <= CLOSE_ENOUGH_LU) break;
  }
  return { gainDb, ceilingDb };
}
