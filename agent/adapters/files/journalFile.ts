import { copyFile, type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { JournalEntry } from '../../domain/journalEntries.ts';
import type { JournalFile, OpenedJournal } from '../../ports/journal.ts';
import { isMissing, syncFolder } from './durable.ts';
import { journalEntry } from './journalSchema.ts';

/** One line: crc32 of the JSON in eight hexadecimal digits, a space, the JSON. */
function lineOf(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

function entryOf(line: string): JournalEntry | null {
  const json = line.slice(9);
  if (line.length < 10 || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return null;
  try {
    const value: unknown = JSON.parse(json);
    const entry = journalEntry.safeParse(value);
    return entry.success ? entry.data : null;
  } catch {
    return null; // no JSON in spite of the checksum: written by something else
  }
}

/**
 * Opens the journal, or begins one. What was being written when the power went (a last line without its end) is cut off;
 * a broken line elsewhere is left out, reported, and the file as it was is kept beside it.
 */
export async function openJournalFile(path: string, now: number): Promise<OpenedJournal> {
  const text = await readFile(path).catch((cause: unknown) => {
    if (isMissing(cause)) return Buffer.alloc(0);
    throw cause;
  });
  const good = text.lastIndexOf(0x0a) + 1;
  const entries: JournalEntry[] = [];
  let broken = 0;
  for (const line of text.toString('utf8', 0, good).split('\n')) {
    if (line === '') continue;
    const entry = entryOf(line);
    if (entry === null) broken += 1;
    else entries.push(entry);
  }
  const damage: OpenedJournal['damage'][number][] = [];
  if (broken > 0) {
    const aside = `${path}.corrupt-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
    await copyFile(path, aside);
    const detail = `${broken} line(s) of the journal cannot be read; kept as ${basename(aside)}`;
    damage.push({ file: basename(path), lines: broken, detail });
  }
  const handle = await open(path, 'a', 0o600);
  if (good < text.length) await handle.truncate(good);
  await handle.sync();
  await syncFolder(dirname(path));
  return { file: new AppendOnlyFile(path, handle, good), entries, damage };
}

class AppendOnlyFile implements JournalFile {
  readonly #path: string;
  #handle: FileHandle;
  #size: number;
  /** After a failed write the file may hold half of it: cut it off before anything else is written. */
  #mustCut = false;

  constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  async append(entries: readonly JournalEntry[], durable: boolean): Promise<void> {
    const bytes = Buffer.from(entries.map(lineOf).join(''), 'utf8');
    if (this.#mustCut) {
      await this.#handle.truncate(this.#size);
      this.#mustCut = false;
    }
    try {
      await this.#handle.appendFile(bytes);
      if (durable) await this.#handle.datasync();
    } catch (cause) {
      this.#mustCut = true;
      throw cause;
    }
    this.#size += bytes.length;
  }

  async rewrite(entries: readonly JournalEntry[]): Promise<void> {
    const text = entries.map(lineOf).join('');
    const temporary = `${this.#path}.new`;
    await rm(temporary, { force: true });
    // The same handle writes the new file and goes on appending to it: there is no moment at which opening could fail.
    const fresh = await open(temporary, 'ax', 0o600);
    try {
      await fresh.appendFile(text, 'utf8');
      await fresh.sync();
      await rename(temporary, this.#path);
    } catch (cause) {
      await fresh.close();
      await rm(temporary, { force: true });
      throw cause;
    }
    const old = this.#handle;
    this.#handle = fresh;
    this.#size = Buffer.byteLength(text);
    this.#mustCut = false;
    await old.close();
    await syncFolder(dirname(this.#path));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
