import { performance } from 'node:perf_hooks';
import type { AgentClock } from '../../ports/clock.ts';

/** setTimeout cannot wait for longer. */
const LONGEST_MS = 2_147_483_647;

export const systemClock: AgentClock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms))));
    return () => clearTimeout(timer);
  },
};
