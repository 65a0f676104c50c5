import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDataFolder } from './dataFolder.ts';
import { openDocument } from './lowdbDocument.ts';

const NOW = 1_800_000_000_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaban-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (token = 'a') => openDataFolder(folder, () => NOW, token);

describe('the data folder', () => {
  it('is held by one agent alone, and free again afterwards', async () => {
    const first = await open('a');
    await expect(open('b')).rejects.toMatchObject({ code: 'data.inUse', message: expect.stringContaining(folder) });
    await first.release();
    await (await open('b')).release();
  });

  it('is taken over from a process that is gone, also when its pid belongs to another one now', async () => {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stale = [
      { pid: 2 ** 22, started: '1', boot, token: 'x' },
      { pid: process.pid, started: '1', boot, token: 'x' },
      { pid: process.pid, started: '1', boot: 'before', token: 'x' },
    ];
    for (const holder of [...stale.map((one) => JSON.stringify(one)), '', '{"pid":']) {
      await writeFile(join(folder, 'lock'), holder);
      await (await open()).release();
    }
    expect(await readdir(folder)).toEqual(['clips']);
  });

  it('says in one line what is wrong with a folder that cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openDataFolder(join(folder, 'file'), () => NOW, 'a')).rejects.toMatchObject({
      code: 'data.unwritable',
    });
  });
});

describe('a state document', () => {
  const schema = z.object({ n: z.int() });

  it('keeps its last value, readable by its owner only', async () => {
    const path = join(folder, 'state.json');
    const { document } = await openDocument(path, schema, { n: 0 }, NOW);
    await Promise.all([document.save({ n: 1 }), document.save({ n: 2 })]);
    expect((await openDocument(path, schema, { n: 0 }, NOW)).document.value).toEqual({ n: 2 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is set aside and reported when it is broken, and never deleted', async () => {
    for (const broken of ['{"n":1', '{"n":"one"}', '']) {
      const path = join(folder, `state${broken.length}.json`);
      await writeFile(path, broken);
      const { document, damage } = await openDocument(path, schema, { n: 0 }, NOW);
      expect(document.value).toEqual({ n: 0 });
      expect(damage?.detail).toContain('kept as');
      const aside = (await readdir(folder)).find((name) => name.startsWith(`state${broken.length}.json.corrupt-`));
      expect(await readFile(join(folder, aside ?? ''), 'utf8')).toBe(broken);
    }
  });

  it('keeps the old value when the disk refuses the new one', async () => {
    const { document } = await openDocument(join(folder, 'gone', 'state.json'), schema, { n: 0 }, NOW);
    await expect(document.save({ n: 1 })).rejects.toThrow();
    expect(document.value).toEqual({ n: 0 });
  });
});
