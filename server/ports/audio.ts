/** What the library needs from an audio toolkit. One adapter fulfils it, with ffmpeg. */

export interface ProbedAudio {
  readonly durationMs: number;
  readonly codec: string;
  readonly container: string;
  readonly sampleRate: number;
  readonly channels: number;
}

export interface LoudnessTarget {
  /** Programme loudness in LUFS (EBU R 128); -16 unless the operator says otherwise. */
  readonly lufs: number;
  /** Highest true peak allowed, in dBTP. */
  readonly truePeakDb: number;
}

export interface NormalisedAudio {
  readonly durationMs: number;
  /** Measured on the finished file, not on what was hoped for. */
  readonly lufs: number;
  readonly truePeakDb: number;
  /** Loudness and true peak of the original, folded to one channel, for the staff to see. */
  readonly originalLufs: number;
  readonly originalTruePeakDb: number;
  /** Share of the original's samples at full scale, in any channel, 0..1: the staff should hear of a clipped recording. */
  readonly clippedShare: number;
  /** Waveform: pairs (min, max) scaled to -127..127, `peaksPerSecond` pairs a second, for a console to draw. */
  readonly peaks: Int8Array;
  readonly peaksPerSecond: number;
}

/** Why a file cannot become a clip. The message is for staff: it names the trouble and the remedy. */
export class AudioFault extends Error {
  readonly code: 'empty' | 'notAudio' | 'truncated' | 'silent' | 'tooShort' | 'tooLong' | 'failed';
  constructor(code: AudioFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AudioFault';
    this.code = code;
  }
}

export interface AudioToolkit {
  /** Reads what a file holds, by its content and never by its name. Rejects with `AudioFault`. */
  probe(path: string): Promise<ProbedAudio>;
  /**
   * Makes the one shape that boxes play: Ogg Opus, mono, 48 kHz, at the target loudness.
   * @param progress called with 0..1 while it works
   * Rejects with `AudioFault` and leaves no file behind.
   */
  normalise(
    input: string,
    output: string,
    target: LoudnessTarget,
    progress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<NormalisedAudio>;
  /** Names the programs in use and their versions; a warning where they are the old ones from npm. */
  describe(): Promise<{ ffmpeg: string; ffprobe: string; warning: string | null }>;
}
