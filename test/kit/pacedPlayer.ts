import { readFile } from 'node:fs/promises';
import type { AgentClock } from '../../agent/ports/clock.ts';
import type { Player, PlayListener, PlayOutcome, PlayRequest } from '../../agent/ports/player.ts';

/** One play as a witness saw it. */
export interface Witnessed {
  readonly itemId: string;
  readonly bytes: number;
  readonly gainDb: number;
  readonly startedAt: number;
}

/**
 * A player without sound, for tests of what is around it: it waits for the instant, lets the item's time pass by the
 * clock, and remembers what it was given. The real one has tests of its own.
 */
export class PacedPlayer implements Player {
  readonly witnessed: Witnessed[] = [];
  readonly #clock: AgentClock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(clock: AgentClock) {
    this.#clock = clock;
  }

  play(request: PlayRequest, listener: PlayListener, signal: AbortSignal): Promise<PlayOutcome> {
    const outcome = this.#last.then(() => this.#play(request, listener, signal));
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  async close(): Promise<void> {
    await this.#last;
  }

  async #play(request: PlayRequest, listener: PlayListener, signal: AbortSignal): Promise<PlayOutcome> {
    const stopped = { complete: false, reason: 'stopped' as const, detail: null };
    const bytes = (await readFile(request.path)).length;
    await this.#until(request.at, signal);
    if (signal.aborted) return { ...stopped, startedAt: null, heardMs: 0 };
    const startedAt = this.#clock.now();
    this.witnessed.push({ itemId: request.itemId, bytes, gainDb: request.gainDb, startedAt });
    listener.started(startedAt);
    for (let second = 1_000; ; second += 1_000) {
      const next = Math.min(second, request.durationMs);
      await this.#until(startedAt + next, signal);
      const heardMs = Math.min(request.durationMs, Math.max(0, this.#clock.now() - startedAt));
      if (signal.aborted) return { ...stopped, startedAt, heardMs };
      listener.progress(heardMs);
      if (next === request.durationMs)
        return { startedAt, heardMs: request.durationMs, complete: true, reason: null, detail: null };
    }
  }

  #until(at: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(at - this.#clock.now(), done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
