import { msOf, SAMPLE_RATE, SAMPLES_PER_MS, samplesIn } from '../../../domain/placement.ts';
import { SinkFault, type SinkStream, type SinkTiming, type SoundClock, type SoundLog } from '../../../ports/sound.ts';
import type { PulseConnection } from './connection.ts';
import { PositionHistory } from './positionEstimate.ts';
import { COMMAND, MAX_BLOCK_BYTES } from './protocol.ts';
import { type TagReader, TagWriter } from './tagstruct.ts';

const MEASURE_EVERY_MS = 100;
/** While the stream starts, and after anything that moved it, readings come this fast. */
const MEASURE_AT_START_MS = 12;
const READINGS_AT_START = 6;
/** A stop leaves this much standing: what the server may be taking just now. */
const FLUSH_MARGIN_MS = 20;
const CLOSE_WITHIN_MS = 500;

export interface PulseStreamParts {
  readonly connection: PulseConnection;
  readonly clock: SoundClock;
  readonly log: SoundLog;
  readonly channel: number;
  readonly leadMs: number;
}

/**
 * A playback stream of the sound server. Samples are sent `leadMs` ahead at absolute positions; the server keeps the
 * rest. A position that was sent already can be overwritten until it sounds, which is how a stop takes back the lead.
 */
export class PulseStream implements SinkStream {
  readonly #parts: PulseStreamParts;
  readonly #history = new PositionHistory();
  #written = 0;
  #taken = 0;
  #underruns = 0;
  #readings = 0;
  #started = false;
  #fault: SinkFault | null = null;
  #closed = false;
  #cancelMeasure: () => void = () => undefined;
  #waiting = new Set<() => void>();

  constructor(parts: PulseStreamParts) {
    this.#parts = parts;
    parts.connection.onLost = (fault) => this.#fail(fault);
    parts.connection.onEvent = (command, body) => this.#event(command, body);
  }

  /** Starts with a lead of silence and resolves once the position is known well. */
  async start(): Promise<void> {
    this.#send(new Int16Array(samplesIn(this.#parts.leadMs)));
    this.#measureSoon();
    while (this.#readings < READINGS_AT_START && this.#fault === null && !this.#closed) {
      await this.#wait(MEASURE_AT_START_MS);
    }
    if (this.#fault !== null) throw this.#fault;
    this.#started = true;
  }

  get written(): number {
    return this.#written;
  }

  get underruns(): number {
    return this.#underruns;
  }

  taken(): number {
    return Math.min(this.#taken, this.#written);
  }

  timing(): SinkTiming {
    this.#noticeDry();
    const { clock, leadMs } = this.#parts;
    const now = clock.monotonic();
    const best = this.#history.best(now);
    if (best === null) {
      // Nothing known since the device moved or ran dry: what is sent next sounds about a lead from now.
      return { sample: this.#written, instant: clock.wallAt(now) + leadMs, uncertaintyMs: leadMs };
    }
    return { sample: best.sample, instant: clock.wallAt(best.at), uncertaintyMs: best.uncertaintyMs };
  }

  async write(pcm: Int16Array): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    if (this.#closed) return;
    this.#noticeDry();
    this.#send(pcm);
    const heard = this.#history.sampleAt(this.#parts.clock.monotonic());
    // Where the position is not known for a moment, the pace of real time keeps the lead as it is.
    const excess = heard === null ? pcm.length : this.#written - heard - samplesIn(this.#parts.leadMs);
    if (excess > 0) await this.#wait(msOf(excess));
    if (this.#fault !== null) throw this.#fault;
  }

  async flush(from = 0): Promise<number> {
    const heard = this.#history.sampleAt(this.#parts.clock.monotonic());
    if (heard !== null && this.#fault === null && !this.#closed) {
      const cut = Math.max(from, Math.ceil(heard) + samplesIn(FLUSH_MARGIN_MS));
      if (cut < this.#written) {
        const silence = new Int16Array(this.#written - cut);
        this.#written = cut;
        this.#send(silence);
        this.#written = cut;
      }
    }
    this.#wakeAll();
    return this.#written;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelMeasure();
    this.#wakeAll();
    const { connection, channel } = this.#parts;
    if (this.#fault === null) {
      // A server that is gone or hangs has let go of the stream, or will when the connection ends.
      const deleted = connection.call(COMMAND.deletePlaybackStream, new TagWriter().u32(channel));
      await Promise.race([deleted.catch(() => undefined), this.#wait(CLOSE_WITHIN_MS)]);
      this.#wakeAll();
    }
    connection.end();
  }

  #send(pcm: Int16Array): void {
    const step = MAX_BLOCK_BYTES / 2;
    for (let at = 0; at < pcm.length; at += step) {
      const part = pcm.subarray(at, at + step);
      this.#parts.connection.samples(this.#parts.channel, this.#written * 2, part);
      this.#written += part.length;
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ms, () => done());
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #fail(fault: SinkFault): void {
    this.#fault ??= fault;
    this.#cancelMeasure();
    this.#wakeAll();
  }

  #event(command: number, body: TagReader): void {
    if (command === COMMAND.underflow) {
      if (this.#started) this.#underruns += 1;
      if (!this.#history.rough) this.#startAnew('the sound server ran dry');
    } else if (command === COMMAND.playbackStreamMoved) {
      this.#startAnew('the sound server moved the stream to another device');
    } else if (command === COMMAND.playbackStreamSuspended) {
      body.u32();
      this.#startAnew(body.bool() ? 'the sound device was suspended' : 'the sound device came back');
    } else if (command === COMMAND.playbackStreamKilled) {
      const message = 'the sound device went away while it played; see that it is plugged in';
      this.#fail(new SinkFault('sinkLost', message));
    }
  }

  /** A position beyond what was sent says that the server has run dry, before its own word of it comes. */
  #noticeDry(): void {
    const heard = this.#history.sampleAt(this.#parts.clock.monotonic());
    if (heard !== null && heard > this.#written && !this.#history.rough)
      this.#startAnew('the sound server has nothing left to play');
  }

  #startAnew(reason: string): void {
    this.#parts.log.warn({ sink: 'pulse', underruns: this.#underruns }, reason);
    const now = this.#parts.clock.monotonic();
    this.#history.restart(now, Math.min(this.#written, this.#history.sampleAt(now) ?? this.#written));
    this.#readings = 0;
    this.#measureSoon();
  }

  #measureSoon(): void {
    this.#cancelMeasure();
    const every = this.#readings < READINGS_AT_START ? MEASURE_AT_START_MS : MEASURE_EVERY_MS;
    this.#cancelMeasure = this.#parts.clock.after(every, () => {
      this.#measure().then(
        () => this.#closed || this.#fault !== null || this.#measureSoon(),
        (cause: unknown) => {
          if (!this.#closed) this.#fail(asFault(cause));
        },
      );
    });
  }

  /** Asks how far the server has played (`GET_PLAYBACK_LATENCY`): read index less what waits in the device. */
  async #measure(): Promise<void> {
    const { connection, clock, channel } = this.#parts;
    const asked = clock.monotonic();
    const question = new TagWriter().u32(channel).time(clock.wallAt(asked));
    const reply = await connection.call(COMMAND.getPlaybackLatency, question);
    const received = clock.monotonic();
    const deviceUsec = reply.usec();
    reply.usec();
    const playing = reply.bool();
    reply.time();
    const answeredWall = reply.time();
    reply.s64();
    const readIndex = reply.s64();
    const sample = readIndex / 2 - (deviceUsec * SAMPLE_RATE) / 1e6;
    this.#taken = Math.max(this.#taken, Math.floor(sample));
    if (!playing) return;
    // The server's own time stamp narrows the interval; one from another clock does not lie inside and is left out.
    const stamped = asked + (answeredWall - clock.wallAt(asked));
    const answered = stamped >= asked && stamped <= received ? stamped : received;
    this.#history.add({ asked, answered, sample });
    this.#readings += 1;
  }
}

function asFault(cause: unknown): SinkFault {
  if (cause instanceof SinkFault) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SinkFault('sinkLost', `the sound server does not say how far it has played: ${reason}`, { cause });
}

/** Bytes of so many ms of sound, in whole samples. */
export function bytesIn(ms: number): number {
  return Math.round(ms * SAMPLES_PER_MS) * 2;
}
