/** Samples that wait to be taken, in order. Keeps the writer's arrays; copies nothing. */
export class SampleQueue {
  readonly #chunks: Int16Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    this.#chunks.push(pcm);
    this.#length += pcm.length;
  }

  /** Takes up to `samples` from the front, piece by piece as they were written. */
  take(samples: number, each: (pcm: Int16Array) => void): void {
    let left = Math.min(samples, this.#length);
    this.#length -= left;
    while (left > 0) {
      const first = this.#chunks[0];
      if (first === undefined) return;
      if (first.length <= left) {
        this.#chunks.shift();
        left -= first.length;
        each(first);
      } else {
        this.#chunks[0] = first.subarray(left);
        each(first.subarray(0, left));
        left = 0;
      }
    }
  }

  /** Keeps the first `samples` and drops the rest; how many were dropped. */
  keepFirst(samples: number): number {
    const before = this.#length;
    const kept: Int16Array[] = [];
    this.take(samples, (pcm) => kept.push(pcm));
    const dropped = this.#length;
    this.#chunks.length = 0;
    this.#chunks.push(...kept);
    this.#length = before - dropped;
    return dropped;
  }
}
