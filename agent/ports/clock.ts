import type { Instant } from '../../shared/core/time.ts';

/** Time as the loop needs it. */
export interface AgentClock {
  /** The system's clock, Unix ms. May be wrong, and may be stepped. */
  now(): Instant;
  /** Steady ms from any origin, never stepped. */
  steady(): number;
  /** Runs `work` once after `ms`; the answer calls it off. */
  after(ms: number, work: () => void): () => void;
}

/** 0 (inclusive) to 1 (exclusive), for jitter. */
export type Random = () => number;
