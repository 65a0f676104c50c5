import type { Player, PlayListener, PlayOutcome, PlayRequest } from '../ports/player.ts';
import type { ClipDecoder, SinkStream, SoundClock, SoundLog, SoundSink } from '../ports/sound.ts';
import { Cue } from './cue.ts';
import { SoundFeed } from './soundFeed.ts';

export interface WarmPlayerDeps {
  readonly sink: SoundSink;
  readonly decoder: ClipDecoder;
  readonly clock: SoundClock;
  readonly log: SoundLog;
  /** How long before its instant an item is decoded and the sink opened. */
  readonly warmupMs?: number;
  /** An unused sink is let go of after so long; opening it anew also forgets what clocks have drifted. */
  readonly idleMs?: number;
}

const WARMUP_MS = 3000;
const IDLE_MS = 5000;
/** A long wait is looked at again this often, because the system's clock may be set in between. */
const LOOK_AGAIN_MS = 1000;
const REOPEN_AFTER_MS = 500;
/** A sink that does not open is tried again until so long after the item's instant. */
const PATIENCE_MS = 5000;

/**
 * Plays items at their instants through a warm sink: it is open and fed with silence before, and an item's first sample
 * gets the position in the stream that sounds at its instant. Everything is written the sink's lead ahead, so no timer
 * has to be exact. Items that overlap play one after the other; whoever wants one to give way stops it by its signal.
 */
export class WarmPlayer implements Player {
  readonly #deps: WarmPlayerDeps;
  /** By their instants. */
  readonly #cues: Cue[] = [];
  #running: Promise<void> | null = null;
  #feed: SoundFeed | null = null;
  #closed = false;
  /** Items that are within their warm-up: while there is one, the sink is held open. */
  #prepared = 0;
  #idleSince = 0;
  #sleepers = new Set<() => void>();

  constructor(deps: WarmPlayerDeps) {
    this.#deps = deps;
  }

  /** Never rejects: what goes wrong is in the outcome. */
  async play(request: PlayRequest, listener: PlayListener, signal: AbortSignal): Promise<PlayOutcome> {
    const cue = new Cue(request, listener, this.#deps.sink.leadMs + 200);
    const later = this.#cues.findIndex((other) => other.request.at > request.at);
    this.#cues.splice(later < 0 ? this.#cues.length : later, 0, cue);
    const stop = () => this.#stop(cue);
    signal.addEventListener('abort', stop);
    if (signal.aborted || this.#closed) stop();
    try {
      await this.#sleepUntil(request.at - (this.#deps.warmupMs ?? WARMUP_MS), cue);
      if (!cue.over) await this.#perform(cue);
      return await cue.ended;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#cues.splice(this.#cues.indexOf(cue), 1);
      await cue.release();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cue of [...this.#cues]) this.#stop(cue);
    await Promise.all(this.#cues.map((cue) => cue.ended));
    this.#feed?.end();
    this.#wakeAll();
    await this.#running;
  }

  async #perform(cue: Cue): Promise<void> {
    const { decoder } = this.#deps;
    this.#prepared += 1;
    this.#warm();
    try {
      const clip = await decoder.open(cue.request.path, 0);
      cue.prepare(clip);
      await cue.ended;
    } catch (cause) {
      cue.finish(cue.stopping ? 'stopped' : 'decodeFault', cue.stopping ? null : wordsOf(cause));
    } finally {
      this.#prepared -= 1;
      this.#idleSince = this.#deps.clock.monotonic();
    }
  }

  #stop(cue: Cue): void {
    cue.stopping = true;
    // One that has not been placed has nothing to take back.
    if (cue.start === null) cue.finish('stopped', null);
    // A decoder that hangs must not hold up the stop.
    else if (cue.giving) void cue.release();
    this.#wakeAll();
  }

  /** Sees to it that the sink is open and fed. */
  #warm(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // One that came while the last stream was being closed.
      if (this.#prepared > 0 && !this.#closed) this.#warm();
    });
  }

  /** Opens, feeds, and opens again after a fault, for as long as there are items. Never rejects. */
  async #run(): Promise<void> {
    while (this.#prepared > 0 && !this.#closed) {
      let stream: SinkStream | null = null;
      try {
        stream = await this.#deps.sink.open();
        this.#idleSince = this.#deps.clock.monotonic();
        this.#feed = new SoundFeed(stream, this.#cues, this.#deps.clock);
        await this.#feed.run(() => this.#idle());
      } catch (cause) {
        this.#deps.log.warn({ sink: this.#deps.sink.name, cause: wordsOf(cause) }, 'the sound device failed');
        this.#fail(wordsOf(cause));
        await this.#sleep(REOPEN_AFTER_MS);
      } finally {
        this.#feed = null;
        await stream?.close();
      }
    }
  }

  /** What was sounding ends here; what waits may still have its time, and is given up when that has long passed. */
  #fail(detail: string): void {
    const now = this.#deps.clock.wallAt(this.#deps.clock.monotonic());
    for (const cue of [...this.#cues]) {
      const given = cue.start !== null;
      if (given || now > cue.request.at + PATIENCE_MS) cue.finish('soundFault', detail);
    }
  }

  #idle(): boolean {
    if (this.#prepared > 0) return false;
    return this.#deps.clock.monotonic() - this.#idleSince > (this.#deps.idleMs ?? IDLE_MS);
  }

  async #sleepUntil(instant: number, cue: Cue): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      const left = instant - clock.wallAt(clock.monotonic());
      if (left <= 0 || cue.over) return;
      await this.#sleep(Math.min(left, LOOK_AGAIN_MS));
    }
  }

  /** Sleeps for `ms`, or until something was stopped. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(ms, () => wake());
      const wake = () => {
        cancel();
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#sleepers]) wake();
  }
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
