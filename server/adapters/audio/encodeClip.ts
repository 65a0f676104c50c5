import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import type { Treatment } from './chooseGain.ts';
import { commandOn, Receiver, run } from './command.ts';
import type { DecodedOriginal } from './decodeOriginal.ts';
import { floatsOf, readPcm } from './pcmFile.ts';
import type { AudioPrograms } from './programs.ts';
import { LoudnessMeter } from './signal/loudnessMeter.ts';
import { PeakLimiter } from './signal/peakLimiter.ts';
import { TruePeakMeter } from './signal/truePeakMeter.ts';
import { Waveform } from './signal/waveform.ts';

/** What boxes hear: measured by decoding the bytes that were written. */
export interface EncodedClip {
  readonly durationMs: number;
  readonly lufs: number;
  readonly truePeakDb: number;
  readonly peaks: Int8Array;
}

const RATE = 48_000;
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * 40 kbit/s of mono is clear speech and fair music, 300 kB a minute over 3G. The variable rate is constrained: left free,
 * libopus spends 58 kbit/s on a synthetic voice. Sound above 12 kHz is left out: a horn loudspeaker hardly gives what lies
 * above 8, and the bits saved keep the codec from throwing peaks over the limit. Complexity 5 takes a third of the time of 10. `bitexact` leaves out the
 * random stream number and the version stamp, so that the same sound always makes the same bytes.
 */
const OPUS =
  '-map_metadata -1 -fflags +bitexact -flags:a +bitexact -ac 1 -ar 48000 -c:a libopus -b:a 40k -vbr constrained -compression_level 5 -application audio -cutoff 12000 -f ogg';

/** What is to be encoded: samples, and what is to be done to them. */
export interface Treated {
  readonly original: DecodedOriginal;
  readonly treatment: Treatment;
}

async function* treat(job: Promise<Treated>, progress: (done: number) => void): AsyncGenerator<Buffer> {
  const { original, treatment } = await job;
  const limiter = new PeakLimiter(original.rate, treatment.gainDb, treatment.ceilingDb);
  let done = 0;
  for await (const samples of readPcm(original.pcmPath)) {
    yield Buffer.from(limiter.push(samples).buffer);
    done += samples.length;
    progress(done / original.samples);
  }
  yield Buffer.from(limiter.flush().buffer);
}

class ClipMeasure {
  readonly #loudness = new LoudnessMeter(RATE);
  readonly #peak = new TruePeakMeter();
  readonly #waveform = new Waveform(RATE);
  #samples = 0;
  #rest: Buffer<ArrayBuffer> = Buffer.alloc(0);

  take(chunk: Buffer<ArrayBuffer>): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const samples = floatsOf(bytes);
    this.#rest = bytes.subarray(samples.length * BYTES);
    this.#loudness.push(samples);
    this.#peak.push(samples);
    this.#waveform.push(samples);
    this.#samples += samples.length;
  }

  result(): EncodedClip {
    return {
      durationMs: Math.round((this.#samples / RATE) * 1000),
      lufs: this.#loudness.integrated(),
      truePeakDb: this.#peak.decibels(),
      peaks: this.#waveform.peaks(),
    };
  }
}

/**
 * Treats the original, writes it as Ogg Opus to `output`, and decodes the very bytes written, alongside, to measure them:
 * a lossy codec moves peaks, so what went in proves nothing. Both programs start at once and wait for `treated`.
 * @param rate of the original's samples
 * @param progress called with 0..1
 */
export async function encodeClip(
  programs: AudioPrograms,
  rate: number,
  treated: Promise<Treated>,
  output: string,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<EncodedClip> {
  const either = new AbortController();
  const stop = AbortSignal.any([signal, either.signal]);
  const written = new PassThrough({ highWaterMark: 1 << 20 });
  const source = Readable.from(treat(treated, progress), { objectMode: false, highWaterMark: 1 << 19 });
  const measure = new ClipMeasure();
  const file = await open(output, 'w');
  const encoding = run(
    commandOn(programs)
      .input(source)
      .inputOptions(['-v', 'error', '-f', 'f32le', '-ar', String(rate), '-ac', '1'])
      .outputOptions(OPUS.split(' ')),
    new Receiver(async (chunk) => {
      await file.write(chunk);
      if (!written.write(chunk)) await once(written, 'drain', { signal: stop });
    }),
    stop,
  ).then(() => written.end());
  const measuring = run(
    commandOn(programs)
      .input(written)
      .inputOptions(['-v', 'error', '-f', 'ogg'])
      .outputOptions(['-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 'f32le']),
    new Receiver((chunk) => measure.take(chunk)),
    stop,
  );
  try {
    // Whichever fails stops the other, and both have ended before anybody cleans up.
    const ends = await Promise.allSettled(
      [encoding, measuring].map((part) =>
        part.catch((error: unknown) => {
          either.abort(error);
          throw error;
        }),
      ),
    );
    signal.throwIfAborted();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    return measure.result();
  } finally {
    source.destroy();
    written.destroy();
    await file.close();
  }
}
