import { msOf, SAMPLES_PER_MS, samplesIn } from '../../../domain/placement.ts';
import type { SinkStream, SinkTiming, SoundClock } from '../../../ports/sound.ts';
import { SampleQueue } from './sampleQueue.ts';

/** What a virtual device plays into. Frames count from its opening and never have a hole. */
export interface FrameReceiver {
  /** Samples that sounded, at this frame. */
  samples(frame: number, pcm: Int16Array): void;
  /** Nothing was there to play for so many frames. */
  silence(frame: number, frames: number): void;
  /** Once a tick, after the above. Throws `SinkFault` when an earlier write failed. */
  tick(): void;
  /** The device is let go of after this frame. */
  close(frames: number): Promise<void>;
}

export interface PacedDevice {
  readonly clock: SoundClock;
  /** The steady reading at which frame 0 sounds. */
  readonly start: number;
  readonly leadMs: number;
  readonly receiver: FrameReceiver;
}

/** How often frames are handed on, in ms. Sound is not affected by it: which frames are due depends on the clock only. */
const TICK_MS = 40;
/** A call-back leaves this much standing, so that the writer can go on from there without a gap. */
const FLUSH_MARGIN_MS = 20;

/**
 * A digital-to-analogue converter made of a clock: frame n is due at `start + n / 48000 s`, whatever anybody does. Where
 * the writer is late the device goes on with silence and the samples come later, as on a sound card.
 */
export class PacedStream implements SinkStream {
  readonly #device: PacedDevice;
  readonly #queue = new SampleQueue();
  /** Frames that the device has played. */
  #frames = 0;
  #written = 0;
  #underruns = 0;
  #dry = false;
  #fault: unknown = null;
  #closed = false;
  #cancelTick: () => void;
  #waiting: (() => void) | null = null;

  constructor(device: PacedDevice) {
    this.#device = device;
    // The clock starts with a lead of silence, so that the first samples written do not come too late.
    this.#written = samplesIn(device.leadMs);
    this.#queue.push(new Int16Array(this.#written));
    this.#cancelTick = device.clock.after(TICK_MS, () => this.#tick());
  }

  get written(): number {
    return this.#written;
  }

  get underruns(): number {
    return this.#underruns;
  }

  taken(): number {
    this.#settle();
    return this.#written - this.#queue.length;
  }

  timing(): SinkTiming {
    this.#settle();
    const due = this.#device.start + msOf(this.#frames);
    return {
      sample: this.#written - this.#queue.length,
      instant: this.#device.clock.wallAt(due),
      uncertaintyMs: 0,
    };
  }

  async write(pcm: Int16Array): Promise<void> {
    this.#settle();
    if (this.#fault !== null) throw this.#fault;
    if (this.#closed) return;
    this.#queue.push(pcm);
    this.#written += pcm.length;
    if (pcm.length > 0) this.#dry = false;
    const excess = this.#queue.length - samplesIn(this.#device.leadMs);
    if (excess > 0) await this.#wait(msOf(excess));
    if (this.#fault !== null) throw this.#fault;
  }

  async flush(from = 0): Promise<number> {
    this.#settle();
    const taken = this.#written - this.#queue.length;
    this.#written -= this.#queue.keepFirst(Math.max(samplesIn(FLUSH_MARGIN_MS), from - taken));
    this.#waiting?.();
    return this.#written;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#settle();
    this.#closed = true;
    this.#cancelTick();
    this.#waiting?.();
    await this.#device.receiver.close(this.#frames);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#device.clock.after(ms, () => done());
      const done = () => {
        cancel();
        this.#waiting = null;
        resolve();
      };
      this.#waiting = done;
    });
  }

  #tick(): void {
    this.#settle();
    if (!this.#closed) this.#cancelTick = this.#device.clock.after(TICK_MS, () => this.#tick());
  }

  /** Plays what has become due since the last time. */
  #settle(): void {
    if (this.#closed || this.#fault !== null) return;
    const { clock, start, receiver } = this.#device;
    const due = Math.floor((clock.monotonic() - start) * SAMPLES_PER_MS + 1e-6);
    if (due <= this.#frames) return;
    try {
      this.#queue.take(due - this.#frames, (pcm) => {
        receiver.samples(this.#frames, pcm);
        this.#frames += pcm.length;
      });
      if (due > this.#frames) {
        if (!this.#dry) this.#underruns += 1;
        this.#dry = true;
        receiver.silence(this.#frames, due - this.#frames);
        this.#frames = due;
      }
      receiver.tick();
    } catch (fault) {
      this.#fault = fault;
      this.#waiting?.();
    }
  }
}
