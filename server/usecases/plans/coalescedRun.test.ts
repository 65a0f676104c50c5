import { describe, expect, it } from 'vitest';
import { makeCoalescedRun } from './coalescedRun.ts';

describe('makeCoalescedRun', () => {
  it('answers each call with a run that began after it, and shares that among all who ask meanwhile', async () => {
    const runs: string[][] = [];
    let release = (): void => undefined;
    const run = makeCoalescedRun((causes) => {
      runs.push([...causes]);
      return new Promise((done) => {
        release = done;
      });
    });
    const first = run.ask('a');
    await Promise.resolve();
    const second = run.ask('b');
    const third = run.ask('c');
    expect(runs).toEqual([['a']]);
    release();
    await first;
    await Promise.resolve();
    expect(runs).toEqual([['a'], ['b', 'c']]);
    release();
    await Promise.all([second, third, run.idle()]);
  });

  it('goes on after a run that failed, whose callers alone are told', async () => {
    let failing = true;
    const run = makeCoalescedRun(async () => {
      if (failing) throw new Error('no database');
    });
    await expect(run.ask('a')).rejects.toThrow('no database');
    failing = false;
    await expect(run.ask('b')).resolves.toBeUndefined();
  });
});
