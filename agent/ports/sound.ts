/**
 * Sound as the agent's loop sees it. A sink is a device with a clock of its own: it takes samples in order and says at
 * which instant each of them sounds. The player therefore places the first sample of an item by its *position* in the
 * stream, written ahead of time, and no timer of ours has to fire on the exact millisecond.
 */

export { SAMPLE_RATE } from '../domain/placement.ts';

/** Time as the sound path needs it: a steady clock for pacing, and its relation to the system's clock for placing. */
export interface SoundClock {
  /** Steady milliseconds, fractional, from any origin; never stepped. */
  monotonic(): number;
  /** The system clock's instant (Unix ms, fractional) for a steady reading, by what is known now: a stepped clock moves it. */
  wallAt(monotonic: number): number;
  /** Runs `work` once after `ms`; the answer calls it off. */
  after(ms: number, work: () => void): () => void;
}

/** Where the sound path says what an operator should know (pino fits). */
export interface SoundLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SinkTiming {
  /** Instant (Unix ms, fractional, the system's clock) at which the sample of index `sample` leaves the loudspeaker. */
  readonly instant: number;
  /** Index of that sample since the stream was opened. */
  readonly sample: number;
  /** Half-width of what we know, in ms: 0 for a sink that is its own clock, the last measurement's spread elsewhere. */
  readonly uncertaintyMs: number;
}

export interface SinkStream {
  /** Samples handed over so far; the next one written has this index. */
  readonly written: number;
  /** Samples proven to have been taken by the device (never above `written`). The basis of proof of play. */
  taken(): number;
  /** The freshest relation between sample index and instant. Cheap: call it before each placement. */
  timing(): SinkTiming;
  /** Appends samples. Resolves when the sink has room for more; rejects with `SinkFault` when the device is gone. */
  write(pcm: Int16Array): Promise<void>;
  /**
   * Drops what was written and can still be called back, as a stop or an emergency asks; returns the index that the next
   * sample written has. What lies before it has sounded or still will, so the writer may go on there with a fade-out.
   * A `write` that waits for room resolves.
   * @param from nothing before this index is dropped (an item that is to end in peace); by default anything may be
   */
  flush(from?: number): Promise<number>;
  /** How often the device ran dry after the first write, and played silence of its own (a writer that was late). */
  readonly underruns: number;
  /** Plays out what was taken and lets go of the device. Never rejects. */
  close(): Promise<void>;
}

export interface SoundSink {
  /** As the operator wrote it: `alsa:DEVICE`, `pulse`, `file:PATH.wav`, `null`. */
  readonly name: string;
  /**
   * How far ahead of the loudspeaker samples are written, in ms: so long may the writer be held up before there is a gap.
   * `flush` takes it back, down to 20 ms; where a device cannot (ALSA), a stop or an emergency is late by it.
   */
  readonly leadMs: number;
  /** Opens the device and starts its clock with silence. Rejects with `SinkFault`, which says what to do. */
  open(): Promise<SinkStream>;
}

/** A sound device that cannot be used. `code` is what the console shows; `message` names the remedy. */
export class SinkFault extends Error {
  readonly code: 'sinkMissing' | 'sinkBusy' | 'sinkStalled' | 'sinkLost' | 'sinkDenied';
  constructor(code: SinkFault['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SinkFault';
    this.code = code;
  }
}

/** Decoded audio of one clip, read in order; the decoder runs ahead of the reader by a bounded amount only. */
export interface DecodedClip {
  /** Up to `samples` more samples; an empty array at the end. Rejects when the clip cannot be decoded. */
  read(samples: number): Promise<Int16Array>;
  /** Ends the decoder, also in the middle. Never rejects. */
  close(): Promise<void>;
}

export interface ClipDecoder {
  /**
   * Starts to decode a file ahead of its instant. Resolves when the first samples are there.
   * @param path the clip's file
   * @param fromMs where in the clip to begin, in ms (0 or more)
   */
  open(path: string, fromMs: number): Promise<DecodedClip>;
}
