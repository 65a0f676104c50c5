import { open, stat } from 'node:fs/promises';
import { commandOn, FfmpegFailure, Receiver, run, SAFE_INPUT } from './command.ts';
import { cameOutShort, isCutShort } from './cutShort.ts';
import { checkDuration, refuse, unreadable } from './faults.ts';
import type { AudioPrograms } from './programs.ts';
import { LoudnessMeter } from './signal/loudnessMeter.ts';
import { TruePeakMeter } from './signal/truePeakMeter.ts';
import { type WavFormat, WavStream } from './wavStream.ts';

/** The original as one channel of 32-bit floats in a file of its own, and what was measured on the way. */
export interface DecodedOriginal {
  readonly pcmPath: string;
  readonly rate: number;
  readonly samples: number;
  readonly lufs: number;
  readonly truePeakDb: number;
  readonly clippedShare: number;
}

export interface DecodeOptions {
  /** Longest recording taken, in ms. */
  readonly longestMs: number;
  /** Called with 0..1 (an estimate where the file does not tell its duration). */
  readonly progress: (done: number) => void;
  /** Called once, as soon as the sample rate is known. */
  readonly started: (rate: number) => void;
  readonly signal: AbortSignal;
}

/**
 * One or two channels at the file's own sample rate, 48 kHz at most: nobody hears more, and resampling before measuring
 * would only cost time and blur what was clipped. More channels are folded by ffmpeg, which knows the layouts.
 */
const SHAPE =
  'aformat=sample_fmts=flt:sample_rates=8000|11025|12000|16000|22050|24000|32000|44100|48000:channel_layouts=mono|stereo';
/** A pipe brings 64 kB at a time; so small a write each would cost more than the decoding. */
const WRITE_BYTES = 1 << 20;
const GUESSED_MS = 60_000;

/** Where full scale lies once decoded to -1..1: the largest number that the format can hold, less rounding. */
function fullScaleOf(codec: string): number {
  if (codec === 'pcm_mulaw' || codec === 'pcm_alaw') return 0.98;
  if (codec === 'pcm_u8' || codec === 'pcm_s8') return 0.992;
  return 0.9999;
}

/** "00:01:13.66" in ms; null for "N/A". */
function parseDuration(text: string): number | null {
  if (!/^\d+:\d+:\d+(\.\d+)?$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

function asMono(sound: Float32Array<ArrayBuffer>, channels: number): Float32Array<ArrayBuffer> {
  if (channels === 1) return sound;
  const mono = new Float32Array(sound.length / 2);
  for (let i = 0; i < mono.length; i++) mono[i] = ((sound[2 * i] as number) + (sound[2 * i + 1] as number)) / 2;
  return mono;
}

/** Measures the decoded original piece by piece and lays it down in a file. */
class Intake {
  readonly write: (pieces: Uint8Array[]) => Promise<unknown>;
  readonly stream = new WavStream();
  readonly peak = new TruePeakMeter();
  loudness: LoudnessMeter | null = null;
  samples = 0;
  clipped = 0;
  codec = '';
  container = '';
  declaredMs: number | null = null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(write: (pieces: Uint8Array[]) => Promise<unknown>) {
    this.write = write;
  }

  async take(chunk: Buffer<ArrayBuffer>, options: DecodeOptions): Promise<void> {
    const sound = this.stream.push(chunk);
    const format = this.stream.format;
    if (format === null) return;
    this.loudness ??= this.#begin(format, options);
    const fullScale = fullScaleOf(this.codec);
    for (let i = 0; i < sound.length; i++) if (Math.abs(sound[i] as number) >= fullScale) this.clipped++;
    const mono = asMono(sound, format.channels);
    this.loudness.push(mono);
    this.peak.push(mono);
    this.samples += mono.length;
    const reachedMs = (this.samples / format.rate) * 1000;
    if (Math.max(reachedMs, this.declaredMs ?? 0) > options.longestMs) throw refuse.tooLong(options.longestMs);
    options.progress(Math.min(1, reachedMs / (this.declaredMs ?? GUESSED_MS)));
    this.#waiting.push(new Uint8Array(mono.buffer, mono.byteOffset, mono.byteLength));
    this.#waitingBytes += mono.byteLength;
    if (this.#waitingBytes >= WRITE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (pieces.length > 0) await this.write(pieces);
  }

  #begin(format: WavFormat, options: DecodeOptions): LoudnessMeter {
    options.started(format.rate);
    return new LoudnessMeter(format.rate);
  }
}

/**
 * Decodes a file once, to one channel, measured while it passes.
 * @param input under a name that does not mislead (see `withNeutralName`)
 * @param pcmPath where to put the samples
 * Rejects with `AudioFault`: `empty`, `notAudio`, `truncated`, `tooShort`, `tooLong`, `silent`.
 */
export async function decodeOriginal(
  programs: AudioPrograms,
  input: string,
  pcmPath: string,
  options: DecodeOptions,
): Promise<DecodedOriginal> {
  if ((await stat(input)).size === 0) throw refuse.empty();
  if (await isCutShort(input)) throw refuse.truncated();
  const file = await open(pcmPath, 'w');
  const intake = new Intake((pieces) => file.writev(pieces));
  const command = commandOn(programs)
    .input(input)
    .inputOptions(['-nostdin', '-hide_banner', '-nostats', ...SAFE_INPUT])
    .outputOptions(['-map', '0:a:0', '-af', SHAPE, '-c:a', 'pcm_f32le', '-f', 'wav'])
    .on('codecData', ({ format, audio, duration }: { format: string; audio: string; duration: string }) => {
      intake.container = format.split(',')[0] ?? '';
      intake.codec = audio.split(' ')[0] ?? '';
      intake.declaredMs = parseDuration(duration);
    });
  try {
    await run(command, new Receiver((chunk) => intake.take(chunk, options)), options.signal);
    await intake.flush();
  } catch (error) {
    if (!(error instanceof FfmpegFailure)) throw error;
    // Some formats end a broken-off file with a failure; if nothing at all came out, it never was a recording.
    throw intake.samples === 0 ? unreadable(error.stderr, error) : refuse.truncated({ cause: error });
  } finally {
    await file.close();
  }
  const { stream, loudness, samples } = intake;
  if (stream.format === null || loudness === null || samples === 0) throw refuse.notAudio();
  const { rate, channels } = stream.format;
  const durationMs = (samples / rate) * 1000;
  if (intake.declaredMs !== null && cameOutShort(intake.container, intake.declaredMs, durationMs)) {
    throw refuse.truncated();
  }
  checkDuration(durationMs, options.longestMs);
  const lufs = loudness.integrated();
  if (!Number.isFinite(lufs)) throw refuse.silent();
  const clippedShare = intake.clipped / (samples * channels);
  return { pcmPath, rate, samples, lufs, truePeakDb: intake.peak.decibels(), clippedShare };
}
