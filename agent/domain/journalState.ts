import type { ReportRecord } from '../../shared/contract/messages/report.ts';
import { DAY, type Instant } from '../../shared/core/time.ts';
import type { BegunEntry, JournalEntry } from './journalEntries.ts';

/** An item that began and has no record yet. */
export interface OpenPlay extends Omit<BegunEntry, 'e'> {
  readonly heardMs: number;
}

/** What the journal's lines amount to. Changed only by `applyEntry`. */
export interface JournalState {
  nextN: number;
  /** The server has everything up to here. */
  upTo: number;
  /** Number of the last receipt message taken. */
  receiptSeq: number;
  /** Records that the server has not confirmed, by n. */
  readonly kept: Map<number, ReportRecord>;
  /** Items that have their record, with their planned end. */
  readonly settled: Map<string, Instant>;
  settledBefore: Instant;
  readonly open: Map<string, OpenPlay>;
  /** Lines that a rewrite would save. */
  dead: number;
}

export function emptyJournal(): JournalState {
  return {
    nextN: 1,
    upTo: 0,
    receiptSeq: 0,
    kept: new Map(),
    settled: new Map(),
    settledBefore: 0,
    open: new Map(),
    dead: 0,
  };
}

/** Folds one line into the state. Any order of valid lines gives a valid state; a line read twice changes nothing. */
export function applyEntry(state: JournalState, entry: JournalEntry): void {
  switch (entry.e) {
    case 'base':
      state.nextN = Math.max(state.nextN, entry.nextN);
      state.upTo = Math.max(state.upTo, entry.upTo);
      state.receiptSeq = Math.max(state.receiptSeq, entry.receiptSeq);
      state.settledBefore = Math.max(state.settledBefore, entry.settledBefore);
      for (const [item, end] of entry.settled) state.settled.set(item, end);
      return;
    case 'begun': {
      const { e: _, ...play } = entry;
      if (!state.settled.has(entry.item)) state.open.set(entry.item, { ...play, heardMs: 0 });
      return;
    }
    case 'heard': {
      const open = state.open.get(entry.item);
      if (open) state.open.set(entry.item, { ...open, heardMs: Math.max(open.heardMs, entry.ms) });
      state.dead += 1;
      return;
    }
    case 'record': {
      const { record } = entry;
      state.nextN = Math.max(state.nextN, record.n + 1);
      if (record.n > state.upTo) state.kept.set(record.n, record);
      if (record.kind !== 'playback') return;
      state.settled.set(record.item, entry.end ?? record.at);
      if (state.open.delete(record.item)) state.dead += 1;
      return;
    }
    case 'receipt':
      state.receiptSeq = Math.max(state.receiptSeq, entry.seq);
      state.dead += 1;
      if (entry.upTo <= state.upTo) return;
      state.upTo = entry.upTo;
      // Numbers that the server has are taken, whether or not this box remembers them.
      state.nextN = Math.max(state.nextN, entry.upTo + 1);
      for (const n of state.kept.keys()) {
        if (n > entry.upTo) continue;
        state.kept.delete(n);
        state.dead += 1;
      }
  }
}

/** Numbers between the receipt and the newest record that no line gives: lines that the disk lost. In order. */
export function missingNumbers(state: JournalState): number[] {
  const missing: number[] = [];
  for (let n = state.upTo + 1; n < state.nextN; n += 1) if (!state.kept.has(n)) missing.push(n);
  return missing;
}

/** Item ids are remembered this long after their planned end: longer than any plan names them. */
const REMEMBERED_MS = 10 * DAY;

/**
 * The fewest lines that give the same state, apart from items whose end lies so far back that no plan may name them.
 * @param now a trusted reading of the clock, or null: then no item is forgotten
 */
export function compacted(state: JournalState, now: Instant | null): JournalEntry[] {
  const settledBefore = now === null ? state.settledBefore : Math.max(state.settledBefore, now - REMEMBERED_MS);
  const settled = [...state.settled].filter(([, end]) => end > settledBefore);
  const { nextN, upTo, receiptSeq } = state;
  const lines: JournalEntry[] = [{ e: 'base', nextN, upTo, receiptSeq, settledBefore, settled }];
  for (const record of [...state.kept.values()].sort((a, b) => a.n - b.n))
    lines.push({
      e: 'record',
      record,
      end: record.kind === 'playback' ? (state.settled.get(record.item) ?? record.at) : null,
    });
  for (const { heardMs, ...open } of state.open.values()) {
    lines.push({ e: 'begun', ...open });
    if (heardMs > 0) lines.push({ e: 'heard', item: open.item, ms: heardMs });
  }
  return lines;
}
