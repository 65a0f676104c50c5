import { instantOf, msOf, samplesIn, silenceBefore } from '../domain/placement.ts';
import { SinkFault, type SinkStream, type SoundClock } from '../ports/sound.ts';
import type { Cue } from './cue.ts';

/** Samples go to the sink in pieces of 40 ms; a stop waits for at most one. */
const CHUNK_SAMPLES = samplesIn(40);
/** An item that follows another one joins it when its instant is no further off than this. */
const JOIN_WITHIN_MS = 0.5;
/** Less lateness than this is not worth taking back the silence that is with the sink. */
const RECALL_FROM_MS = 5;
/** An item is not placed by a position that is known less well, unless its instant is as near as `DECIDE_MS`. */
const UNSURE_MS = 2;
const DECIDE_MS = 100;
/** A device whose position stands still for so long is broken. */
const STALLED_AFTER_MS = 2000;

/**
 * Feeds one open stream: silence, and each item from its instant on. All that touches the stream happens in `run`, one
 * after the other; others only add and mark cues.
 */
export class SoundFeed {
  readonly #stream: SinkStream;
  readonly #cues: readonly Cue[];
  readonly #clock: SoundClock;
  /** Index after the last sample of any item that was written; before it there is sound. */
  #soundEnd = 0;
  #lastTaken = -1;
  #lastAdvance: number;
  #ending = false;

  /** @param cues the player's items by their instants; changes while the feed runs */
  constructor(stream: SinkStream, cues: readonly Cue[], clock: SoundClock) {
    this.#stream = stream;
    this.#cues = cues;
    this.#clock = clock;
    this.#lastAdvance = clock.monotonic();
  }

  /**
   * Feeds until `end()` or until `idle` says so. Rejects with `SinkFault` when the device is gone or stands still.
   * @param idle asked after each piece; true when the device may be let go of
   */
  async run(idle: () => boolean): Promise<void> {
    while (!this.#ending) {
      await this.#stream.write(await this.#next());
      this.#listen();
      if (idle()) return;
    }
  }

  end(): void {
    this.#ending = true;
  }

  async #next(): Promise<Int16Array> {
    for (;;) {
      const giving = this.#cues.find((cue) => cue.giving);
      if (giving === undefined) {
        const waiting = this.#cues.find((cue) => cue.waiting);
        if (waiting === undefined) return new Int16Array(CHUNK_SAMPLES);
        const silence = await this.#place(waiting);
        if (silence.length > 0) return silence;
      } else if (giving.stopping) {
        const tail = await this.#stop(giving);
        if (tail.length > 0) return tail;
      } else {
        const pcm = await this.#read(giving);
        if (pcm.length > 0) return pcm;
      }
    }
  }

  /** The silence before an item; the item is placed once its first sample is less than a piece away. */
  async #place(cue: Cue): Promise<Int16Array> {
    const stream = this.#stream;
    const { at } = cue.request;
    // After the device ran dry its position is not known for a moment; silence written meanwhile can be taken back.
    const now = this.#clock.wallAt(this.#clock.monotonic());
    if (stream.timing().uncertaintyMs > UNSURE_MS && at - now > DECIDE_MS) return new Int16Array(CHUNK_SAMPLES);
    const next = instantOf(stream.timing(), stream.written);
    // Taking back the silence that is with the sink brings an item that is late (an emergency) forward.
    if (next - at > RECALL_FROM_MS) await stream.flush(this.#soundEnd);
    const joins = stream.written === this.#soundEnd ? samplesIn(JOIN_WITHIN_MS) : 0;
    const wait = silenceBefore(stream.timing(), stream.written, at, joins);
    if (wait >= CHUNK_SAMPLES) return new Int16Array(CHUNK_SAMPLES);
    if (!cue.waiting) return new Int16Array(0);
    cue.start = stream.written + wait;
    return new Int16Array(wait);
  }

  async #read(cue: Cue): Promise<Int16Array> {
    try {
      const pcm = await cue.read(CHUNK_SAMPLES);
      if (cue.stopping || cue.over) return new Int16Array(0);
      this.#soundEnd = this.#stream.written + pcm.length;
      if (pcm.length === 0) cue.end = this.#stream.written;
      return pcm;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      if (!cue.stopping) cue.breakOff(this.#stream.written, detail);
      return new Int16Array(0);
    }
  }

  /** Takes back what has not sounded of it, but nothing of the item before, and fades out. */
  async #stop(cue: Cue): Promise<Int16Array> {
    const before = this.#cues.map((other) => (other === cue ? 0 : (other.end ?? 0)));
    const tail = cue.cut(await this.#stream.flush(Math.max(...before)));
    this.#soundEnd = this.#stream.written + tail.length;
    return tail;
  }

  /** Tells every item what was heard of it, and sees whether the device moves at all. */
  #listen(): void {
    const taken = this.#stream.taken();
    const now = this.#clock.monotonic();
    if (taken > this.#lastTaken) {
      this.#lastTaken = taken;
      this.#lastAdvance = now;
    } else if (this.#stream.written > taken && now - this.#lastAdvance > STALLED_AFTER_MS) {
      const seconds = ((now - this.#lastAdvance) / 1000).toFixed(1);
      const ahead = Math.round(msOf(this.#stream.written - taken));
      const message = `the sound device took no sample for ${seconds} s (${ahead} ms wait); see that it is not suspended`;
      throw new SinkFault('sinkStalled', message);
    }
    const timing = this.#stream.timing();
    for (const cue of [...this.#cues]) if (cue.start !== null) cue.hear(taken, instantOf(timing, cue.start));
  }
}
