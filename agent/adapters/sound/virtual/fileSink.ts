import type { SinkStream, SoundClock, SoundLog, SoundSink } from '../../../ports/sound.ts';
import { PacedStream } from './pacedStream.ts';
import { WaveRecording } from './waveRecording.ts';

/** A loudspeaker that is a WAV file, paced in real time: what sounded, and exactly when (see `waveHeader.ts`). */
export class FileSink implements SoundSink {
  readonly name: string;
  readonly leadMs = 1000;
  readonly #path: string;
  readonly #clock: SoundClock;
  readonly #log: SoundLog;

  constructor(path: string, clock: SoundClock, log: SoundLog) {
    this.name = `file:${path}`;
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
  }

  async open(): Promise<SinkStream> {
    const asked = this.#clock.monotonic();
    const now = this.#clock.wallAt(asked);
    const receiver = await WaveRecording.open(this.#path, now, this.#log);
    // Frame 0 is on the file's own grid of samples, so the relation between the file and the instants is exact.
    const start = asked + (receiver.firstInstant - now);
    return new PacedStream({ clock: this.#clock, start, leadMs: this.leadMs, receiver });
  }
}
