import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AudioToolkit, LoudnessTarget, NormalisedAudio, ProbedAudio } from '../../ports/audio.ts';
import { AudioFault } from '../../ports/audio.ts';
import { decodeOriginal } from './decodeOriginal.ts';
import { checkDuration, refuse } from './faults.ts';
import { withNeutralName } from './neutralName.ts';
import { normaliseFile } from './normaliseFile.ts';
import { probeFile } from './probe.ts';
import { type AudioPrograms, versionOf } from './programs.ts';

export interface FfmpegToolkitOptions {
  readonly programs: AudioPrograms;
  /** Longest recording taken, in minutes; 60 unless told. */
  readonly longestMinutes?: number;
}

/** Everything the library does with audio, through fluent-ffmpeg and our own meters. See `server/ports/audio.ts`. */
export class FfmpegToolkit implements AudioToolkit {
  readonly #programs: AudioPrograms;
  readonly #longestMs: number;

  constructor(options: FfmpegToolkitOptions) {
    this.#programs = options.programs;
    this.#longestMs = (options.longestMinutes ?? 60) * 60_000;
  }

  async probe(path: string): Promise<ProbedAudio> {
    return await withNeutralName(path, async (neutral, scratch) => {
      const probed = await probeFile(this.#programs, neutral);
      const durationMs = probed.durationMs ?? (await this.#decodedDuration(neutral, join(scratch, 'pcm')));
      checkDuration(durationMs, this.#longestMs);
      return { ...probed, durationMs };
    });
  }

  /** Looks into the file by itself: a caller who needs nothing else of `probe` can spare that call. */
  async normalise(
    input: string,
    output: string,
    target: LoudnessTarget,
    progress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<NormalisedAudio> {
    const pcmPath = `${output}.pcm`;
    let reached = 0;
    const forward = (done: number) => {
      if (done <= reached) return;
      reached = done;
      progress(done);
    };
    try {
      const common = { programs: this.#programs, output, pcmPath, target, longestMs: this.#longestMs };
      const made = await withNeutralName(input, (neutral) =>
        normaliseFile({ ...common, input: neutral, progress: forward, signal }),
      );
      forward(1);
      return made;
    } catch (error) {
      await rm(output, { force: true });
      if (signal.aborted || error instanceof AudioFault) throw error;
      throw refuse.failed(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      await rm(pcmPath, { force: true });
    }
  }

  async describe(): Promise<{ ffmpeg: string; ffprobe: string; warning: string | null }> {
    const { ffmpeg, ffprobe, warning } = this.#programs;
    const named = async (path: string) => `${path} ${await versionOf(path)}`;
    return { ffmpeg: await named(ffmpeg), ffprobe: await named(ffprobe), warning };
  }

  /** For a file that does not tell its duration, as browsers record them: found by decoding. */
  async #decodedDuration(path: string, pcmPath: string): Promise<number> {
    const nobody = () => undefined;
    const { signal } = new AbortController();
    const options = { longestMs: this.#longestMs, progress: nobody, started: nobody, signal };
    const original = await decodeOriginal(this.#programs, path, pcmPath, options);
    return Math.round((original.samples / original.rate) * 1000);
  }
}
