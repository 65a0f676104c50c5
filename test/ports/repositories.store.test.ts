import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import type { Repositories } from '../../server/ports/store.ts';
import { ENGINES, type RunningEngine, SILENT } from './engines.ts';

const organisation = (id: string) => ({ id, name: id, shortName: null, areaId: null });
const ids = async ({ organisations }: Repositories) => (await organisations.all()).map(({ id }) => id);

for (const engine of ENGINES) {
  describe(`a store on ${engine.name}`, () => {
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
    });
    afterAll(() => running.stop());

    it('takes all of a transaction or nothing', async () => {
      const store = await running.freshStore();
      await expect(
        store.transaction(async ({ organisations }) => {
          await organisations.insert(organisation('org-1'));
          await organisations.insert(organisation('org-1'));
        }),
      ).rejects.toThrow();
      expect(await ids(store.repositories)).toEqual([]);
      expect(await store.transaction(async () => 'answer')).toBe('answer');
    });

    it('shows nobody else what a transaction has not committed, and lets no lone write fall into it', async () => {
      const store = await running.freshStore();
      const written = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      const failing = store.transaction(async ({ organisations }) => {
        await organisations.insert(organisation('org-1'));
        written.resolve();
        await finish.promise;
        throw new Error('no');
      });
      await written.promise;
      expect(await ids(store.repositories)).toEqual([]);
      const lone = store.repositories.organisations.insert(organisation('org-2'));
      finish.resolve();
      await expect(failing).rejects.toThrow('no');
      await lone;
      expect(await ids(store.repositories)).toEqual(['org-2']);
    });

    it('runs transactions one after the other, so that looking and then writing holds', async () => {
      const url = await running.freshUrl();
      const open = () => openStore({ url, log: SILENT });
      const stores = engine.manyWriters ? await Promise.all([open(), open()]) : [await open()];
      const addNext = ({ organisations }: Repositories) =>
        organisations.all().then((all) => organisations.insert(organisation(`org-${all.length}`)));
      await Promise.all([...stores, ...stores, ...stores].map((store) => store.transaction(addNext)));
      for (const store of stores) {
        expect(await ids(store.repositories)).toHaveLength(stores.length * 3);
        await store.close();
      }
    });

    it('refuses at once what would wait for itself for ever', async () => {
      const store = await running.freshStore();
      await expect(store.transaction(() => store.transaction(async () => 1))).rejects.toThrow('inside a transaction');
      expect(await store.transaction(async () => 2)).toBe(2);
    });

    it('keeps its data when it is opened again, also by several at once the first time', async () => {
      const url = await running.freshUrl();
      const stores = await Promise.all(
        Array.from({ length: engine.manyWriters ? 3 : 1 }, () => openStore({ url, log: SILENT })),
      );
      await stores[0]?.repositories.organisations.insert(organisation('org-1'));
      for (const store of stores) await store.close();
      const again = await openStore({ url, log: SILENT });
      expect(await ids(again.repositories)).toEqual(['org-1']);
      await again.ping();
      await again.close();
      await expect(again.ping()).rejects.toThrow();
    });
  });
}

describe('opening a database that is not to be used', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loaban-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('refuses one that a newer version has changed, and leaves it alone', async () => {
    const file = join(folder, 'newer.db');
    await (await openStore({ url: `sqlite:${file}`, log: SILENT })).close();
    const database = new DatabaseSync(file);
    database.exec(`insert into kysely_migration values ('9999_future', '2099-01-01T00:00:00.000Z')`);
    database.close();
    await expect(openStore({ url: `sqlite:${file}`, log: SILENT })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database.newer',
      message: expect.stringContaining('9999_future'),
    });
  });

  it.each([
    ['a folder that does not exist', (f: string) => `sqlite:${f}/none/x.db`],
    ['a file that is no database', (f: string) => `sqlite:${f}/text.db`],
    ['a folder in place of a file', (f: string) => `sqlite:${f}`],
  ])('names the file and the remedy: %s', async (_, address) => {
    await writeFile(join(folder, 'text.db'), 'this is a letter and no database at all'.repeat(50));
    await expect(openStore({ url: address(folder), log: SILENT })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'database.unusable',
      message: expect.stringContaining(folder),
    });
  });

  it('says that PostgreSQL is not there, without its password', async () => {
    const opened = openStore({ url: 'postgres://lan:secret@127.0.0.1:1/loaban', log: SILENT });
    const fault = await opened.then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'database.unreachable' });
    expect(String(fault)).toContain('127.0.0.1:1/loaban');
    expect(String(fault)).not.toContain('secret');
  });

  it.each(['mysql://x', 'sqlite:', 'postgres://[', ''])('refuses the address %j', async (url) => {
    await expect(openStore({ url, log: SILENT })).rejects.toMatchObject({
      kind: 'invalid',
      fields: [{ field: 'LOABAN_DATABASE_URL' }],
    });
  });
});
