import type { ClipProcessor } from '../../ports/parts.ts';
import type { ProcessingParts } from './clipParts.ts';
import { processClip } from './processClip.ts';

/**
 * The queue of uploads, first come first served. Invariants: at most `atOnce` clips are worked on; no clip is worked on
 * twice at once; a clip that is put in again while it is worked on (another upload took its place) stops and starts anew.
 * The queue itself is only in memory: the clips' own `processing` says what a restart must take up.
 */
export class ClipQueue implements ClipProcessor {
  readonly #parts: ProcessingParts;
  readonly #atOnce: number;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  #stopped = false;

  /** @param atOnce clips worked on at a time; each takes about one core */
  constructor(parts: ProcessingParts, atOnce = 1) {
    this.#parts = parts;
    this.#atOnce = atOnce;
  }

  enqueue(clipId: string): void {
    if (this.#stopped) return;
    this.#waiting.add(clipId);
    this.#running.get(clipId)?.abort.abort(new Error('another upload took its place'));
    this.#startNext();
  }

  /** Takes up what an earlier run of the server left unfinished; called once at start. */
  async resume(): Promise<void> {
    const left = await this.#parts.store.repositories.clips.unfinished();
    if (left.length > 0) this.#parts.log.info('clip processing resumed', { clips: left.length });
    for (const { id } of left.toSorted((a, b) => a.uploadedAt - b.uploadedAt)) this.enqueue(id);
  }

  /** How many clips wait or are worked on, for metrics. */
  get length(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Resolves when nothing waits and nothing is worked on. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Stops the work at once; what is unfinished is taken up by `resume` of the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const { abort } of this.#running.values()) abort.abort(new Error('the server stops'));
    await this.idle();
  }

  #startNext(): void {
    for (const clipId of this.#waiting) {
      if (this.#running.size >= this.#atOnce) return;
      // Stopping still, to make way for its own next upload.
      if (this.#running.has(clipId)) continue;
      this.#waiting.delete(clipId);
      const abort = new AbortController();
      this.#running.set(clipId, { abort, done: this.#work(clipId, abort.signal) });
    }
  }

  async #work(clipId: string, signal: AbortSignal): Promise<void> {
    try {
      await processClip(this.#parts, clipId, signal);
    } catch (error) {
      this.#parts.log.error('clip processing could not be recorded', { clip: clipId, error });
    }
    this.#running.delete(clipId);
    this.#startNext();
  }
}
