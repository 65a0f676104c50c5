import type { Instant } from '../../shared/core/time.ts';
import { type FaultMemory, limitFault } from '../domain/faultLimit.ts';
import type { Condition } from '../domain/steps.ts';
import type { AgentLog } from '../ports/log.ts';
import type { AgentJournal } from './agentJournal.ts';

export interface FaultDeskDeps {
  readonly journal: AgentJournal;
  readonly log: AgentLog;
  readonly steady: () => number;
  readonly stamp: () => Instant;
  /** A record was written or a standing fault changed. */
  readonly changed: () => void;
}

/** Where everything that a technician should know goes: into the log, the journal (limited), and the status. */
export class FaultDesk {
  readonly #deps: FaultDeskDeps;
  readonly #memory = new Map<string, FaultMemory>();
  readonly #standing = new Map<string, string>();

  constructor(deps: FaultDeskDeps) {
    this.#deps = deps;
  }

  /** Faults that last, for the status. */
  get standing(): Condition[] {
    return [...this.#standing].map(([code, detail]) => ({ code, detail }));
  }

  /** Something happened once. At most one record a minute and code; the rest is counted into the next. */
  report(code: string, detail: string): void {
    const { write, held, memory } = limitFault(this.#memory.get(code), this.#deps.steady());
    this.#memory.set(code, memory);
    if (!write) return;
    const text = (held > 0 ? `${detail} (and ${held} more like it)` : detail).slice(0, 500);
    this.#deps.log.warn({ code, detail: text }, 'fault');
    this.#deps.journal.record({ kind: 'fault', code, detail: text, recordedAt: this.#deps.stamp() }, null).then(
      () => this.#deps.changed(),
      (cause: unknown) => this.#deps.log.error({ code, cause }, 'a fault could not be written to the journal'),
    );
  }

  /** Something begins to be wrong; reported when it is news. */
  raise(code: string, detail: string): void {
    const before = this.#standing.get(code);
    if (before === detail) return;
    this.#standing.set(code, detail);
    if (before === undefined) this.report(code, detail);
    this.#deps.changed();
  }

  /** It is right again. */
  clear(code: string): void {
    if (!this.#standing.delete(code)) return;
    this.#deps.log.info({ code }, 'fault ended');
    this.#deps.changed();
  }

  /** Raises what is named and clears the others of `codes`. */
  settle(codes: readonly string[], now: readonly Condition[]): void {
    for (const { code, detail } of now) this.raise(code, detail);
    for (const code of codes) if (!now.some((condition) => condition.code === code)) this.clear(code);
  }
}
