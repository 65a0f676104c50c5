import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../domain/journalEntries.ts';
import type { OpenedJournal } from '../../ports/journal.ts';
import { openJournalFile } from './journalFile.ts';

const NOW = 1_800_000_000_000;
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaban-journal-'));
  path = join(folder, 'journal');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const heard = (ms: number): JournalEntry => ({ e: 'heard', item: 'i', ms });

/** What the file holds now. */
async function read(): Promise<Pick<OpenedJournal, 'entries' | 'damage'>> {
  const { file, entries, damage } = await openJournalFile(path, NOW);
  await file.close();
  return { entries, damage };
}

describe('the journal file', () => {
  it('gives back what was appended, and cuts off a line that was torn at any byte', async () => {
    const { file } = await openJournalFile(path, NOW);
    await file.append([heard(1), heard(2)], true);
    const whole = (await readFile(path)).length;
    await file.append([heard(3)], true);
    await file.close();
    const all = await readFile(path);
    for (let cut = whole; cut < all.length; cut += 1) {
      await writeFile(path, all.subarray(0, cut));
      const again = await openJournalFile(path, NOW);
      expect(again.entries).toEqual([heard(1), heard(2)]);
      expect(again.damage).toEqual([]);
      await again.file.append([heard(4)], true);
      await again.file.close();
      expect((await read()).entries).toEqual([heard(1), heard(2), heard(4)]);
    }
  });

  it('leaves out a rotten line, says so, and keeps the file as it was', async () => {
    const { file } = await openJournalFile(path, NOW);
    await file.append([heard(1), heard(2), heard(3)], true);
    await file.close();
    const text = (await readFile(path, 'utf8')).replace('"ms":2', '"ms":7');
    await writeFile(path, text);
    const again = await read();
    expect(again.entries).toEqual([heard(1), heard(3)]);
    expect(again.damage).toMatchObject([{ lines: 1 }]);
    const aside = (await readdir(folder)).find((name) => name.startsWith('journal.corrupt-'));
    expect(await readFile(join(folder, aside ?? ''), 'utf8')).toBe(text);
  });
});
