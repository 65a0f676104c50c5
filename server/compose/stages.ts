import type { Logger } from '../ports/system.ts';

/** Gives back what a start took, last first. */
export interface Closers {
  /** @param close called once, when the server stops or its start fails */
  add(name: string, close: () => Promise<void> | void): void;
  /** Runs all of them, whatever some of them throw. */
  closeAll(): Promise<void>;
}

export function makeClosers(log: Logger): Closers {
  const stack: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  return {
    add: (name, close) => {
      stack.push({ name, close });
    },
    async closeAll() {
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        try {
          await top.close();
          log.debug('stopped', { part: top.name });
        } catch (error) {
          log.error('a part did not stop in order', { part: top.name, error });
        }
      }
    },
  };
}

/** Thrown between two stages of a start that is no longer wanted. */
export class StartAborted extends Error {
  constructor() {
    super('the start was called off');
    this.name = 'StartAborted';
  }
}

/** Looks between two stages whether the start is still wanted. */
export function checkWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new StartAborted();
}
