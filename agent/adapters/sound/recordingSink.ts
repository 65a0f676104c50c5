import { instantOf, sampleAt, samplesIn } from '../../domain/placement.ts';
import type { SinkStream, SinkTiming, SoundLog, SoundSink } from '../../ports/sound.ts';

/** Beyond this the recording is set right; below it, correcting would only chop the sound for a clock's last digit. */
const TOLERANCE_MS = 5;

/** The instant at which the next sample written to a stream will sound. */
function nextInstant(stream: SinkStream): number {
  return instantOf(stream.timing(), stream.written);
}

/**
 * A loudspeaker with a tape beside it: everything goes to the first sink, and at the same instants into the second.
 * Only the first one counts: its clock places the sound, its samples are the proof, and a recording that fails is given
 * up with a line in the log while the village still hears its bulletin.
 */
export class RecordingSink implements SoundSink {
  readonly name: string;
  readonly leadMs: number;
  readonly #speaker: SoundSink;
  readonly #tape: SoundSink;
  readonly #log: SoundLog;

  constructor(speaker: SoundSink, tape: SoundSink, log: SoundLog) {
    this.name = `${speaker.name}+${tape.name}`;
    this.leadMs = speaker.leadMs;
    this.#speaker = speaker;
    this.#tape = tape;
    this.#log = log;
  }

  async open(): Promise<SinkStream> {
    const speaker = await this.#speaker.open();
    const tape = await this.#tape.open().catch((cause: unknown) => {
      this.#giveUp(cause);
      return null;
    });
    return new RecordingStream(speaker, tape, (cause) => this.#giveUp(cause));
  }

  #giveUp(cause: unknown): void {
    this.#log.warn({ sink: this.#tape.name, cause: String(cause) }, 'the recording failed; the sound goes on');
  }
}

class RecordingStream implements SinkStream {
  readonly #speaker: SinkStream;
  #tape: SinkStream | null;
  readonly #giveUp: (cause: unknown) => void;

  constructor(speaker: SinkStream, tape: SinkStream | null, giveUp: (cause: unknown) => void) {
    this.#speaker = speaker;
    this.#tape = tape;
    this.#giveUp = giveUp;
  }

  get written(): number {
    return this.#speaker.written;
  }

  get underruns(): number {
    return this.#speaker.underruns;
  }

  taken(): number {
    return this.#speaker.taken();
  }

  timing(): SinkTiming {
    return this.#speaker.timing();
  }

  async write(pcm: Int16Array): Promise<void> {
    const sounds = nextInstant(this.#speaker);
    await Promise.all([this.#speaker.write(pcm), this.#record(pcm, sounds)]);
  }

  async flush(from = 0): Promise<number> {
    const edge = instantOf(this.#speaker.timing(), from);
    const tape = this.#tape;
    const [index] = await Promise.all([
      this.#speaker.flush(from),
      tape?.flush(Math.max(0, sampleAt(tape.timing(), edge))),
    ]);
    return index;
  }

  async close(): Promise<void> {
    await Promise.all([this.#speaker.close(), this.#tape?.close()]);
  }

  /** Puts samples on the tape where the loudspeaker has them: silence before, or the first ones left out. */
  async #record(pcm: Int16Array, sounds: number): Promise<void> {
    const tape = this.#tape;
    if (tape === null || pcm.length === 0) return;
    try {
      const ahead = sounds - nextInstant(tape);
      if (ahead > TOLERANCE_MS) await tape.write(new Int16Array(samplesIn(ahead)));
      await tape.write(ahead < -TOLERANCE_MS ? pcm.subarray(Math.min(pcm.length, samplesIn(-ahead))) : pcm);
    } catch (cause) {
      this.#tape = null;
      this.#giveUp(cause);
      await tape.close();
    }
  }
}
