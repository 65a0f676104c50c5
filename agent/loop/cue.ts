import { applyFade, applyGain, gainFactor, msOf, samplesIn } from '../domain/placement.ts';
import type { PlayListener, PlayOutcome, PlayRequest } from '../ports/player.ts';
import type { DecodedClip } from '../ports/sound.ts';

/** A stop fades out over so much, so that the loudspeaker does not click. */
const FADE_SAMPLES = samplesIn(5);
/** A file may be this much shorter than the plan says: codecs pad and round. */
const SHORTER_BY_MS = 250;
const PROGRESS_EVERY_MS = 1000;

/**
 * One item on its way through the player: waiting (decoded, not placed), giving (its samples go to the sink), given (all
 * are with the sink), ended.
 */
export class Cue {
  readonly request: PlayRequest;
  readonly ended: Promise<PlayOutcome>;
  /** Index of its first sample in the stream; null before it is placed. */
  start: number | null = null;
  /** Index after its last sample; known once all is given. */
  end: number | null = null;
  /** It is to stop as soon as possible. */
  stopping = false;
  readonly #listener: PlayListener;
  readonly #keepSamples: number;
  readonly #gain: number;
  readonly #limit: number;
  #resolve: (outcome: PlayOutcome) => void = () => undefined;
  #clip: DecodedClip | null = null;
  #given = 0;
  #recent: Int16Array[] = [];
  #short: string | null = null;
  #cut = false;
  #startedAt: number | null = null;
  #heard = 0;
  #told = 0;
  #over = false;

  /** @param keepMs how far back a stop may reach: the sink's lead */
  constructor(request: PlayRequest, listener: PlayListener, keepMs: number) {
    this.request = request;
    this.#listener = listener;
    this.#keepSamples = samplesIn(keepMs);
    this.#gain = gainFactor(request.gainDb);
    this.#limit = samplesIn(request.durationMs);
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Decoded and not yet placed. */
  get waiting(): boolean {
    return this.#clip !== null && this.start === null && !this.#over;
  }

  get giving(): boolean {
    return this.start !== null && this.end === null && !this.#over;
  }

  /** Its decoded sound is there. */
  prepare(clip: DecodedClip): void {
    this.#clip = clip;
  }

  /** Up to `samples` more, with its gain; empty at its end. Rejects when the clip cannot be decoded. */
  async read(samples: number): Promise<Int16Array> {
    const left = Math.min(samples, this.#limit - this.#given);
    const pcm = left > 0 && this.#clip !== null ? await this.#clip.read(left) : new Int16Array(0);
    if (pcm.length === 0) {
      const missing = msOf(this.#limit - this.#given);
      if (missing > SHORTER_BY_MS) this.#short = `the clip ended ${Math.round(missing)} ms before its planned length`;
      return pcm;
    }
    applyGain(pcm, this.#gain);
    this.#given += pcm.length;
    this.#recent.push(pcm);
    let kept = this.#recent.reduce((sum, chunk) => sum + chunk.length, 0);
    while (kept - (this.#recent[0]?.length ?? 0) >= this.#keepSamples) kept -= this.#recent.shift()?.length ?? kept;
    return pcm;
  }

  /** The fade-out for a stream that goes on at `index`, within what this item has given; ends it there. */
  cut(index: number): Int16Array {
    const start = this.start ?? index;
    this.#cut = true;
    const kept = this.#recent.reduce((sum, chunk) => sum + chunk.length, 0);
    const tail = new Int16Array(FADE_SAMPLES);
    let length = 0;
    let at = start + this.#given - kept;
    for (const chunk of this.#recent) {
      const part = chunk.subarray(Math.max(0, index + length - at), Math.max(0, index + FADE_SAMPLES - at));
      tail.set(part, length);
      length += part.length;
      at += chunk.length;
    }
    const faded = index <= start ? new Int16Array(0) : tail.subarray(0, length);
    applyFade(faded, 0, FADE_SAMPLES, 'out');
    this.end = Math.max(start, index) + faded.length;
    return faded;
  }

  /**
   * Tells what the sink has proven.
   * @param taken samples of the stream that it has taken
   * @param startInstant instant of this item's first sample, by the sink's timing
   */
  hear(taken: number, startInstant: number): void {
    if (this.start === null || this.#over) return;
    this.#heard = Math.max(this.#heard, Math.min(taken, this.end ?? taken) - this.start);
    if (this.#heard > 0 && this.#startedAt === null) {
      this.#startedAt = startInstant;
      this.#listener.started(startInstant);
    }
    if (msOf(this.#heard - this.#told) >= PROGRESS_EVERY_MS) {
      this.#told = this.#heard;
      this.#listener.progress(msOf(this.#heard));
    }
    this.#endIfTaken(taken);
  }

  /** Its decoder failed: it ends with what was given up to the stream's `index`. */
  breakOff(index: number, detail: string): void {
    this.#short = detail;
    this.end = Math.max(this.start ?? index, index);
  }

  /** Ends it, with what was heard so far. Later calls change nothing. */
  finish(reason: PlayOutcome['reason'], detail: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#recent = [];
    this.#resolve({
      startedAt: this.#startedAt,
      heardMs: msOf(Math.max(0, this.#heard)),
      complete: reason === null,
      reason,
      detail,
    });
  }

  async release(): Promise<void> {
    await this.#clip?.close();
  }

  #endIfTaken(taken: number): void {
    if (this.end === null || taken < this.end) return;
    if (this.#cut) this.finish('stopped', null);
    else this.finish(this.#short === null ? null : 'decodeFault', this.#short);
  }
}
