import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import type { Store } from '../../server/ports/store.ts';
import type { Logger } from '../../server/ports/system.ts';
import { leftOut } from '../kit/needs.ts';
import { POSTGRES_PROGRAMS, startPostgres } from '../kit/postgres.ts';

export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};

export interface RunningEngine {
  /** Address of a database that nobody has used. */
  freshUrl(): Promise<string>;
  /** A store on a database of its own. */
  freshStore(): Promise<Store>;
  /** The same for many small transactions, without waiting for a disk: on SQLite a database in memory. */
  cheapStore(): Promise<Store>;
  stop(): Promise<void>;
}

export interface EngineUnderTest {
  readonly name: string;
  /** Whether one process may write through several stores: SQLite waits for a lock by standing still. */
  readonly manyWriters: boolean;
  start(): Promise<RunningEngine>;
}

const SQLITE: EngineUnderTest = { name: 'SQLite', manyWriters: false, start: startSqlite };
const POSTGRES: EngineUnderTest = { name: 'PostgreSQL', manyWriters: true, start: startPostgresEngine };

/** The engines that one suite must hold on; without PostgreSQL `leftOut` says so, and never lets it be so in CI. */
export const ENGINES: readonly EngineUnderTest[] = leftOut(
  'the repository suite on PostgreSQL',
  POSTGRES_PROGRAMS,
  'apt-get install postgresql',
)
  ? [SQLITE]
  : [SQLITE, POSTGRES];

async function startSqlite(): Promise<RunningEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'loaban-sqlite-'));
  const stores: Store[] = [];
  let files = 0;
  const freshUrl = async () => `sqlite:${join(folder, `test${++files}.db`)}`;
  const open = async (url: string) => {
    const store = await openStore({ url, log: SILENT });
    stores.push(store);
    return store;
  };
  return {
    freshUrl,
    freshStore: async () => open(await freshUrl()),
    cheapStore: () => open('sqlite::memory:'),
    async stop() {
      for (const store of stores) await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function startPostgresEngine(): Promise<RunningEngine> {
  const server = await startPostgres();
  // Migrated once and copied from then on: a copy takes less than the migrations.
  const template = await server.createDatabase();
  await (await openStore({ url: template, log: SILENT })).close();
  const stores: Store[] = [];
  const freshStore = async () => {
    const store = await openStore({ url: await server.createDatabase(template), log: SILENT });
    stores.push(store);
    return store;
  };
  return {
    freshUrl: () => server.createDatabase(),
    freshStore,
    cheapStore: freshStore,
    async stop() {
      for (const store of stores) await store.close();
      await server.stop();
    },
  };
}
