import type { LoudnessTarget, NormalisedAudio } from '../../ports/audio.ts';
import { chooseGain } from './chooseGain.ts';
import { type DecodedOriginal, type DecodeOptions, decodeOriginal } from './decodeOriginal.ts';
import { type EncodedClip, encodeClip, type Treated } from './encodeClip.ts';
import { refuse } from './faults.ts';
import type { AudioPrograms } from './programs.ts';
import { PEAKS_PER_SECOND } from './signal/waveform.ts';

/** What Opus at our rate adds to a peak, nearly always at most: the limiter's ceiling lies this far below the target. */
const OPUS_OVERSHOOT_DB = 2;
/** Further off than this and the clip is made again with what was learnt. Well inside what is promised (0.5 LU). */
const LOUDNESS_SLACK_LU = 0.35;
const ROUNDS = 5;
/** Share of the time that decoding takes, for the progress bar; the rest is encoding, with an end for looking it over. */
const DECODING = 0.25;
const ENCODING = 0.72;

export interface NormaliseJob {
  readonly programs: AudioPrograms;
  /** Under a name that does not mislead (see `withNeutralName`). */
  readonly input: string;
  readonly output: string;
  /** A path for the samples in between. The caller removes it. */
  readonly pcmPath: string;
  readonly target: LoudnessTarget;
  readonly longestMs: number;
  /** Called with 0..1; it may be called with less than before, when a clip is made again. */
  readonly progress: (done: number) => void;
  readonly signal: AbortSignal;
}

interface Start {
  readonly original: DecodedOriginal;
  readonly first: Promise<EncodedClip>;
  readonly begin: (treated: Treated) => void;
  readonly giveUp: AbortController;
}

/**
 * Decodes the original and meanwhile starts the encoder and its witness, which wait for what comes: loading ffmpeg's
 * libraries takes longer than many a short clip.
 */
async function decodeAndMakeReady(job: NormaliseJob): Promise<Start> {
  const giveUp = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Treated>();
  let first: Promise<EncodedClip> | null = null;
  const options: DecodeOptions = {
    longestMs: job.longestMs,
    progress: (done) => job.progress(done * DECODING),
    started: (rate) => {
      first = encode(job, rate, promise, AbortSignal.any([job.signal, giveUp.signal]));
      first.catch(() => undefined); // looked at below, but perhaps after it has failed
    },
    signal: job.signal,
  };
  try {
    const original = await decodeOriginal(job.programs, job.input, job.pcmPath, options);
    return { original, first: first ?? Promise.reject(refuse.notAudio()), begin: resolve, giveUp };
  } catch (error) {
    giveUp.abort(error);
    await Promise.allSettled([first]); // both programs have ended before anybody cleans up
    throw error;
  }
}

function encode(job: NormaliseJob, rate: number, treated: Promise<Treated>, signal: AbortSignal): Promise<EncodedClip> {
  const progress = (done: number) => job.progress(DECODING + done * ENCODING);
  return encodeClip(job.programs, rate, treated, job.output, progress, signal);
}

/**
 * The whole of an ingest: decode and measure, find the gain, limit and encode, measure the finished file, and make it again
 * with a correction where the codec moved loudness or peak too far. Rejects with `AudioFault` or the signal's reason.
 */
export async function normaliseFile(job: NormaliseJob): Promise<NormalisedAudio> {
  const { target, signal } = job;
  const { original, first, begin, giveUp } = await decodeAndMakeReady(job);
  let aim = target.lufs;
  let ceilingDb = target.truePeakDb - OPUS_OVERSHOOT_DB;
  let clip: EncodedClip | null = null;
  for (let round = 1; clip === null; round++) {
    const made = await chooseGain(original, aim, ceilingDb, signal)
      .then((treatment) => {
        if (round > 1) return encode(job, original.rate, Promise.resolve({ original, treatment }), signal);
        begin({ original, treatment });
        return first;
      })
      .catch(async (error: unknown) => {
        giveUp.abort(error);
        await Promise.allSettled([first]);
        throw error;
      });
    const tooHigh = made.truePeakDb - target.truePeakDb;
    const tooQuiet = target.lufs - made.lufs;
    const lastRound = round === ROUNDS;
    if (tooHigh <= 0 && (Math.abs(tooQuiet) <= LOUDNESS_SLACK_LU || lastRound)) clip = made;
    else if (lastRound) throw refuse.failed('its peaks could not be held under the limit');
    if (tooHigh > 0) ceilingDb -= tooHigh + 0.15;
    if (Math.abs(tooQuiet) > LOUDNESS_SLACK_LU) aim += tooQuiet;
  }
  return {
    ...clip,
    originalLufs: original.lufs,
    originalTruePeakDb: original.truePeakDb,
    clippedShare: original.clippedShare,
    peaksPerSecond: PEAKS_PER_SECOND,
  };
}
