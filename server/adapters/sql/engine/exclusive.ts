import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * One holder at a time, in the order of asking. Whoever asks again while holding it would wait for himself for ever:
 * that is told at once instead.
 */
export class Exclusive {
  #tail: Promise<void> = Promise.resolve();
  readonly #holder = new AsyncLocalStorage<{ holding: boolean }>();

  /** Runs `work` alone. @throws Error when called from inside such a work */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.refuseHolder();
    const release = await this.#acquire();
    const mark = { holding: true };
    try {
      return await this.#holder.run(mark, work);
    } finally {
      // What the work started and did not wait for goes on with this mark: from now on it is as free as anybody.
      mark.holding = false;
      release();
    }
  }

  /** @throws Error when called from inside a work */
  refuseHolder(): void {
    if (this.#holder.getStore()?.holding)
      throw new Error('inside a transaction only the repositories that it was given may be used');
  }

  async #acquire(): Promise<() => void> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    return resolve;
  }
}
