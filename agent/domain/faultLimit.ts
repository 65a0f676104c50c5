import { HOUR, MINUTE } from '../../shared/core/time.ts';

/** What is remembered of one fault code, so that an attacker cannot fill the disk by repeating himself. */
export interface FaultMemory {
  /** Steady ms of the last record written. */
  readonly lastAt: number;
  /** No further record before so many ms have passed. */
  readonly quietMs: number;
  /** How often it happened since that record. */
  readonly held: number;
}

export interface FaultDecision {
  readonly write: boolean;
  /** Occurrences that the record now written stands for besides itself. */
  readonly held: number;
  readonly memory: FaultMemory;
}

/**
 * Whether one more fault of a code becomes a record: at most one a minute, and while it goes on the pause doubles up to
 * an hour. After twice its pause without any it begins anew.
 * @param now steady ms
 */
export function limitFault(memory: FaultMemory | undefined, now: number): FaultDecision {
  if (memory === undefined || now - memory.lastAt > 2 * memory.quietMs)
    return { write: true, held: memory?.held ?? 0, memory: { lastAt: now, quietMs: MINUTE, held: 0 } };
  if (now - memory.lastAt < memory.quietMs)
    return { write: false, held: 0, memory: { ...memory, held: memory.held + 1 } };
  const quietMs = Math.min(HOUR, memory.quietMs * 2);
  return { write: true, held: memory.held, memory: { lastAt: now, quietMs, held: 0 } };
}
