/**
 * One piece of work at a time, in the order asked for. What reads the box's state and then changes it (a new plan, a pass
 * of reconciling) runs in here, so that no other such work comes between the reading and the changing. Work must not ask
 * for a turn from inside its own turn: it would wait for itself.
 */
export class Exclusive {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // The next turn comes whether or not this one fails; its own caller hears of the failure.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all work asked for until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
