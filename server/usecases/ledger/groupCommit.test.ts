import { describe, expect, it } from 'vitest';
import { makeGroupCommit } from './groupCommit.ts';

/** A commit that waits until it is let go, and remembers what it was given. */
function gate() {
  const batches: number[][] = [];
  const open: (() => void)[] = [];
  return {
    batches,
    commit: (entries: readonly number[]) => {
      batches.push([...entries]);
      return new Promise<void>((done) => open.push(done));
    },
    release: () => open.shift()?.(),
  };
}

const turn = () => new Promise<void>((done) => setImmediate(() => setImmediate(done)));

describe('makeGroupCommit', () => {
  it('commits together what came while the commit before it ran', async () => {
    const { batches, commit, release } = gate();
    const group = makeGroupCommit({
      weight: () => 1,
      batchWeight: 3,
      queueWeight: 100,
      commit,
      alive: async () => undefined,
    });
    const first = group.add(1);
    await turn();
    const rest = [2, 3, 4, 5].map((n) => group.add(n));
    release();
    await first;
    await turn();
    release();
    await turn();
    release();
    await Promise.all(rest);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('holds back who adds while the queue is full', async () => {
    const { batches, commit, release } = gate();
    const group = makeGroupCommit({
      weight: () => 1,
      batchWeight: 2,
      queueWeight: 2,
      commit,
      alive: async () => undefined,
    });
    const all = [1, 2, 3, 4, 5].map((n) => group.add(n));
    await turn();
    expect(batches).toEqual([[1, 2]]);
    release();
    await turn();
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    release();
    await turn();
    release();
    await Promise.all(all);
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5]);
  });

  it('does not try a batch in parts while the database is gone', async () => {
    let tries = 0;
    const group = makeGroupCommit({
      weight: () => 1,
      batchWeight: 10,
      queueWeight: 10,
      commit: async () => {
        tries += 1;
        throw new Error('gone');
      },
      alive: async () => {
        throw new Error('gone');
      },
    });
    const all = await Promise.allSettled([1, 2, 3, 4].map((n) => group.add(n)));
    expect(all.every(({ status }) => status === 'rejected')).toBe(true);
    expect(tries).toBe(1);
  });
});
