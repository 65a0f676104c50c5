import { type ReportRecord, reportRecord } from '../../shared/contract/messages/report.ts';
import type { Instant } from '../../shared/core/time.ts';
import type { BegunEntry, JournalEntry } from '../domain/journalEntries.ts';
import { applyEntry, compacted, emptyJournal, type JournalState, missingNumbers } from '../domain/journalState.ts';
import type { Document } from '../ports/documents.ts';
import type { JournalFile, OpenedJournal } from '../ports/journal.ts';
import type { MarksState } from './documents.ts';

type WithoutN<R> = R extends unknown ? Omit<R, 'n'> : never;
/** A record before it has its number. */
export type RecordDraft = WithoutN<ReportRecord>;

interface Pending {
  readonly make: () => JournalEntry;
  readonly durable: boolean;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Record numbers are reserved by this many at a time. */
const RESERVE = 100;
/** A file below this size is not worth rewriting: each rewrite wears the SD card. */
const COMPACT_BYTES = 65_536;

/**
 * The journal with its meaning: numbers records without gap, writes them durably before anybody may send them, and tells
 * which items have theirs. What is asked for at the same time goes to the disk together.
 */
export class AgentJournal {
  readonly #file: JournalFile;
  readonly #state: JournalState;
  readonly #marks: Document<MarksState>;
  readonly #queue: Pending[] = [];
  #writing: Promise<void> | null = null;

  private constructor(file: JournalFile, state: JournalState, marks: Document<MarksState>) {
    this.#file = file;
    this.#state = state;
    this.#marks = marks;
  }

  /**
   * Reads the journal. Numbers that broken lines may have used are filled with fault records, because the server waits
   * for each number; and when what was settled is lost, nothing that has passed is judged again.
   * @param stamp the best lower bound of the present
   */
  static async open(opened: OpenedJournal, marks: Document<MarksState>, stamp: Instant): Promise<AgentJournal> {
    const state = emptyJournal();
    for (const entry of opened.entries) applyEntry(state, entry);
    const brokenLines = opened.damage.reduce((sum, damage) => sum + damage.lines, 0);
    const headless = !opened.entries.some((entry) => entry.e === 'base');
    if (headless && (brokenLines > 0 || marks.value.reserved > 0)) {
      applyEntry(state, { e: 'receipt', upTo: marks.value.upTo, seq: 0 });
      state.nextN = Math.max(state.nextN, marks.value.reserved + 1);
      state.settledBefore = stamp;
    } else state.nextN += brokenLines;
    const journal = new AgentJournal(opened.file, state, marks);
    const lost = missingNumbers(state);
    const detail = 'a record was lost with a broken line of the journal; the broken file is kept on the box';
    for (const n of lost) state.kept.set(n, { n, kind: 'fault', code: 'journal.lost', detail, recordedAt: stamp });
    if (headless || brokenLines > 0 || lost.length > 0) await opened.file.rewrite(compacted(state, null));
    return journal;
  }

  get state(): Readonly<Pick<JournalState, 'nextN' | 'upTo' | 'receiptSeq' | 'settledBefore'>> {
    return this.#state;
  }

  get settled(): ReadonlyMap<string, Instant> {
    return this.#state.settled;
  }

  /** Items that began before this program did, and have no record. */
  get open(): ReadonlyMap<string, Readonly<Omit<BegunEntry, 'e'> & { heardMs: number }>> {
    return this.#state.open;
  }

  get unreported(): number {
    return this.#state.kept.size;
  }

  /** Unconfirmed records from `n` on, in order, that are on the disk for good. */
  keptFrom(n: number, most: number): ReportRecord[] {
    const records: ReportRecord[] = [];
    for (let next = Math.max(n, this.#state.upTo + 1); next < this.#state.nextN && records.length < most; next += 1) {
      const record = this.#state.kept.get(next);
      if (record) records.push(record);
    }
    return records;
  }

  /**
   * Writes a record durably, under the next number.
   * @param end the planned end of a playback's item; null for other records
   * @throws when the disk does not take it: then no number was used
   */
  record(draft: RecordDraft, end: Instant | null): Promise<void> {
    return this.#enqueue(true, () => ({
      e: 'record',
      record: reportRecord.parse({ ...draft, n: this.#state.nextN }),
      end,
    }));
  }

  begun(play: Omit<BegunEntry, 'e'>): Promise<void> {
    return this.#enqueue(true, () => ({ e: 'begun', ...play }));
  }

  /** Not forced to the disk: losing it costs seconds in a report, writing it costs the SD card. */
  heard(item: string, ms: number): Promise<void> {
    return this.#enqueue(false, () => ({ e: 'heard', item, ms }));
  }

  receipt(upTo: number, seq: number): Promise<void> {
    return this.#enqueue(true, () => ({ e: 'receipt', upTo, seq }));
  }

  /**
   * Rewrites the file without what is forgotten, when that saves enough.
   * @param now a trusted reading of the clock, or null
   */
  async compact(now: Instant | null, always = false): Promise<void> {
    if (!always && (this.#file.size < COMPACT_BYTES || this.#state.dead < 100)) return;
    await this.#alone(async () => {
      const lines = compacted(this.#state, now);
      await this.#file.rewrite(lines);
      this.#state.dead = 0;
      this.#state.settled.clear();
      for (const line of lines) applyEntry(this.#state, line);
      await this.#marks.update((marks) => ({ ...marks, upTo: this.#state.upTo }));
    });
  }

  async close(): Promise<void> {
    await this.#alone(() => this.#file.close());
  }

  #enqueue(durable: boolean, make: () => JournalEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ make, durable, resolve, reject });
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#writing !== null || this.#queue.length === 0) return;
    this.#writing = this.#flush().finally(() => {
      this.#writing = null;
      this.#drain();
    });
  }

  /** Runs while nothing is being written. */
  async #alone(work: () => Promise<void>): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    const turn = work();
    this.#writing = turn
      .catch(() => undefined) // its caller hears of it; the queue goes on
      .finally(() => {
        this.#writing = null;
        this.#drain();
      });
    await turn;
  }

  async #flush(): Promise<void> {
    // Numbers depend on what was applied before, so each entry is made, and applied to a trial count, in order.
    const batch = this.#queue.splice(0, 200);
    const written: Pending[] = [];
    const entries: JournalEntry[] = [];
    const firstN = this.#state.nextN;
    for (const pending of batch) {
      try {
        const entry = pending.make();
        entries.push(entry);
        written.push(pending);
        if (entry.e === 'record') this.#state.nextN += 1;
      } catch (cause) {
        pending.reject(cause); // not a valid record: nothing to write
      }
    }
    const lastN = this.#state.nextN - 1;
    // Until it is on the disk nobody may see the numbers as used.
    this.#state.nextN = firstN;
    try {
      if (lastN > this.#marks.value.reserved)
        await this.#marks.save({ reserved: lastN + RESERVE, upTo: this.#state.upTo });
      await this.#file.append(
        entries,
        written.some((pending) => pending.durable),
      );
    } catch (cause) {
      for (const pending of written) pending.reject(cause);
      return;
    }
    for (const entry of entries) applyEntry(this.#state, entry);
    for (const pending of written) pending.resolve();
  }
}
