import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournalFile } from '../../agent/adapters/files/journalFile.ts';
import { openDocument } from '../../agent/adapters/files/lowdbDocument.ts';
import { AgentJournal } from '../../agent/loop/agentJournal.ts';
import { marksState } from '../../agent/loop/documents.ts';

const NOW = 1_800_000_000_000;
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaban-journal-'));
  path = join(folder, 'journal');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function openJournal(): Promise<{ journal: AgentJournal; close: () => Promise<void> }> {
  const opened = await openJournalFile(path, NOW);
  const marks = await openDocument(join(folder, 'marks.json'), marksState, { reserved: 0, upTo: 0 }, NOW);
  const journal = await AgentJournal.open(opened, marks.document, NOW);
  return { journal, close: () => journal.close() };
}

async function fault(journal: AgentJournal, detail: string): Promise<void> {
  await journal.record({ kind: 'fault', code: 'test.fault', detail, recordedAt: NOW }, null);
}

describe('record numbers', () => {
  it('grow without gap over restarts, also when everything was confirmed and forgotten', async () => {
    const first = await openJournal();
    await Promise.all(['a', 'b', 'c'].map((detail) => fault(first.journal, detail)));
    expect(first.journal.keptFrom(1, 10).map((record) => record.n)).toEqual([1, 2, 3]);
    await first.journal.receipt(3, 1);
    await first.journal.compact(NOW, true);
    expect(first.journal.unreported).toBe(0);
    await first.close();
    const second = await openJournal();
    await fault(second.journal, 'd');
    expect(second.journal.keptFrom(1, 10).map((record) => record.n)).toEqual([4]);
    await second.close();
  });

  it('are never used twice after rot: lost ones are filled, so that the server does not wait for them', async () => {
    const first = await openJournal();
    for (const detail of ['a', 'b', 'c']) await fault(first.journal, detail);
    await first.close();
    await writeFile(path, (await readFile(path, 'utf8')).replace('"detail":"b"', '"detail":"x"'));
    const second = await openJournal();
    const codes = second.journal.keptFrom(1, 10).map((record) => (record.kind === 'fault' ? record.code : ''));
    expect(codes).toEqual(['test.fault', 'journal.lost', 'test.fault', 'journal.lost']);
    await second.close();
  });

  it('go on above all that may have been used when the whole journal is gone', async () => {
    const first = await openJournal();
    for (const detail of ['a', 'b', 'c']) await fault(first.journal, detail);
    await first.close();
    await truncate(path, 0);
    const second = await openJournal();
    await fault(second.journal, 'after');
    const kept = second.journal.keptFrom(1, 1_000);
    expect(kept[0]?.n).toBe(1);
    expect(kept.at(-1)).toMatchObject({ code: 'test.fault', detail: 'after' });
    expect(kept.at(-1)?.n).toBeGreaterThan(3);
    expect(kept).toHaveLength(kept.at(-1)?.n ?? 0);
    await second.close();
  });

  it('know items that have their record, and those that began and have none', async () => {
    const first = await openJournal();
    const play = { item: 'i1', clip: 'f'.repeat(64), at: NOW, durationMs: 60_000, planSeq: 1, startedAt: NOW };
    await first.journal.begun(play);
    await first.journal.heard('i1', 5_000);
    await first.close();
    await appendFile(path, 'torn');
    const second = await openJournal();
    expect([...second.journal.open.values()]).toEqual([{ ...play, heardMs: 5_000 }]);
    const { item, clip, at, planSeq, startedAt } = play;
    await second.journal.record(
      {
        kind: 'playback',
        recordedAt: NOW,
        item,
        clip,
        at,
        planSeq,
        startedAt,
        outcome: 'partly',
        reason: 'interrupted',
        heardMs: 5_000,
        clock: 'trusted',
      },
      NOW + 60_000,
    );
    await second.journal.compact(NOW, true);
    await second.close();
    const third = await openJournal();
    expect(third.journal.open.size).toBe(0);
    expect(third.journal.settled.has('i1')).toBe(true);
    await third.close();
  });
});
