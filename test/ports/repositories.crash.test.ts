import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import { leftOut } from '../kit/needs.ts';
import { POSTGRES_PROGRAMS, startPostgres } from '../kit/postgres.ts';
import { SILENT } from './engines.ts';
import { playback, playOf, START } from './ledgerSamples.ts';

const CHILD = fileURLToPath(new URL('children/appendForEver.ts', import.meta.url));
const AGENT = 'agt-1';

/** Runs the child until it has told some promises, kills it in the middle of its work, and returns the last promise. */
async function killedWhileAppending(url: string, promises: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, url, AGENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  let last = 0;
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (++told === promises) child.kill('SIGKILL');
  }
  expect(await gone).toEqual([null, 'SIGKILL']);
  return last;
}

describe('a server that is killed in the middle of its work', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loaban-crash-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds every record that it gave a receipt for, each once, and goes on from there', async () => {
    const url = `sqlite:${join(folder, 'ledger.db')}`;
    const planning = await openStore({ url, log: SILENT });
    const plays = Array.from({ length: 20_000 }, (_, index) => playOf(`i${index + 1}`, index));
    await planning.repositories.ledger.replacePlanned(AGENT, START, plays, START);
    await planning.close();
    for (const promises of [1, 7, 30]) {
      const promised = await killedWhileAppending(url, promises);
      const store = await openStore({ url, log: SILENT });
      const { ledger } = store.repositories;
      const upTo = await ledger.receivedUpTo(AGENT);
      expect(upTo).toBeGreaterThanOrEqual(promised);
      // Whole transactions only: records, outcomes and progress tell the same.
      expect((await ledger.records(AGENT, 0, 100_000)).map(({ n }) => n)).toEqual(
        Array.from({ length: upTo }, (_, index) => index + 1),
      );
      const [sum] = await ledger.summary({}, 'total', START);
      expect(sum).toMatchObject({ planned: plays.length, played: upTo });
      await store.close();
    }
  });
});

describe.skipIf(leftOut('the lost PostgreSQL connection', POSTGRES_PROGRAMS))('a database that goes away', () => {
  it('makes a transaction fail plainly, and is used again when it is back', async () => {
    const server = await startPostgres();
    try {
      const url = await server.createDatabase();
      const store = await openStore({ url, log: SILENT });
      const append = () =>
        store.repositories.ledger.append([{ agentId: AGENT, oldest: 1, records: [playback(1, 'a')] }], START);
      await expect(
        store.transaction(async (repositories) => {
          await repositories.ledger.append([{ agentId: AGENT, oldest: 1, records: [playback(1, 'a')] }], START);
          await server.dropConnections(url);
          await repositories.ledger.receivedUpTo(AGENT);
        }),
      ).rejects.toMatchObject({ kind: 'unavailable', code: 'database.trouble' });
      expect(await append()).toEqual([{ agentId: AGENT, upTo: 1, added: 1 }]);
      await server.dropConnections(url);
      await expect.poll(() => append().catch(() => null)).toEqual([{ agentId: AGENT, upTo: 1, added: 0 }]);
      await store.close();
    } finally {
      await server.stop();
    }
  });
});
