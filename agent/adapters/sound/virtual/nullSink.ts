import type { SinkStream, SoundClock, SoundSink } from '../../../ports/sound.ts';
import { type FrameReceiver, PacedStream } from './pacedStream.ts';

const nowhere: FrameReceiver = {
  samples: () => undefined,
  silence: () => undefined,
  tick: () => undefined,
  close: async () => undefined,
};

/** A loudspeaker that nobody hears, paced in real time: for simulated villages and tests. */
export class NullSink implements SoundSink {
  readonly name = 'null';
  readonly leadMs = 1000;
  readonly #clock: SoundClock;

  constructor(clock: SoundClock) {
    this.#clock = clock;
  }

  async open(): Promise<SinkStream> {
    return new PacedStream({
      clock: this.#clock,
      start: this.#clock.monotonic(),
      leadMs: this.leadMs,
      receiver: nowhere,
    });
  }
}
