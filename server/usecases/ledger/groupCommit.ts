import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '../../../shared/core/fault.ts';

/** Many small writes made durable together: one transaction takes all that came while the one before it ran. */
export interface GroupCommit<T> {
  /**
   * Resolves when the entry is durable; rejects when it is not and will not be. While the queue is full it waits before
   * it takes the entry, and so does whoever sent it.
   */
  add(entry: T): Promise<void>;
  /** Refuses what is new and resolves when all that was taken is settled. */
  stop(): Promise<void>;
}

export interface GroupCommitOptions<T> {
  /** What an entry counts towards the limits. */
  readonly weight: (entry: T) => number;
  readonly batchWeight: number;
  readonly queueWeight: number;
  /** Writes a batch, all or nothing. */
  readonly commit: (entries: readonly T[]) => Promise<void>;
  /** Rejects when writing is hopeless for now, so that a batch is not tried again in parts. */
  readonly alive: () => Promise<void>;
}

interface Waiting<T> {
  readonly entry: T;
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

export function makeGroupCommit<T>(options: GroupCommitOptions<T>): GroupCommit<T> {
  const { weight, batchWeight, queueWeight } = options;
  let queue: Waiting<T>[] = [];
  let queued = 0;
  let stopped = false;
  let running: Promise<void> | null = null;
  let roomWanted: (() => void)[] = [];

  const takeBatch = (): Waiting<T>[] => {
    let total = 0;
    let count = 0;
    while (count < queue.length && (count === 0 || total < batchWeight)) {
      const next = queue[count];
      if (next) total += weight(next.entry);
      count += 1;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    queued -= total;
    const woken = roomWanted;
    roomWanted = [];
    for (const wake of woken) wake();
    return batch;
  };

  const loop = async (): Promise<void> => {
    await nextTurn(); // whatever arrives in this turn joins the first batch
    while (queue.length > 0) await settle(takeBatch(), options);
    running = null;
  };

  return {
    async add(entry) {
      while (!stopped && queued >= queueWeight) await new Promise<void>((wake) => roomWanted.push(wake));
      if (stopped) throw new Fault('unavailable', 'server.stopping', 'The server is stopping; send it again.');
      queued += weight(entry);
      const durable = new Promise<void>((done, failed) => queue.push({ entry, done, failed }));
      running ??= loop();
      await durable;
    },
    async stop() {
      stopped = true;
      for (const wake of roomWanted) wake();
      await running;
    },
  };
}

/** Commits a batch; where that fails for a reason of its own, in halves, so that one bad entry fails alone. */
async function settle<T>(batch: readonly Waiting<T>[], options: GroupCommitOptions<T>): Promise<void> {
  try {
    await options.commit(batch.map(({ entry }) => entry));
    for (const { done } of batch) done();
  } catch (error) {
    if (batch.length <= 1 || !(await isAlive(options))) {
      for (const { failed } of batch) failed(error);
      return;
    }
    const middle = batch.length >> 1;
    await settle(batch.slice(0, middle), options);
    await settle(batch.slice(middle), options);
  }
}

async function isAlive<T>({ alive }: GroupCommitOptions<T>): Promise<boolean> {
  const [answer] = await Promise.allSettled([alive()]);
  return answer.status === 'fulfilled';
}
