import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { findProgram } from './needs.ts';

const run = promisify(execFile);

/** Programs that `startPostgres` needs, for `leftOut`. */
export const POSTGRES_PROGRAMS = ['initdb', 'postgres'];

export interface PostgresServer {
  /** Of a database that is there from the start. */
  readonly url: string;
  /** A new database and its url; a copy of another one (nobody may be connected to that) when `template` names its url. */
  createDatabase(template?: string): Promise<string>;
  /** Ends every connection to a database from the server's side, as a restart or a lost network would. */
  dropConnections(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL of one's own in a temporary folder, on a free port of the loopback. Quick, and not durable. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = await unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'loaban-postgres-'));
  if (account) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const as = { ...account, cwd: folder };
  await run(program('initdb'), ['-D', data, '-U', 'loaban', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'], as);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off' };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(program('postgres'), ['-D', data, ...options], { ...as, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (bytes) => {
    log = `${log}${bytes}`.slice(-4_000);
  });
  const orphaned = () => server.kill('SIGQUIT');
  process.once('exit', orphaned);

  const urlOf = (database: string) => `postgres://loaban@127.0.0.1:${port}/${database}`;
  const url = urlOf('postgres');
  await untilReady(server, url, () => log);
  let databases = 0;
  return {
    url,
    async createDatabase(template) {
      const name = `test_${++databases}`;
      const copied = template === undefined ? 'template1' : nameOf(template);
      await query(url, `create database ${name} template ${copied}`);
      return urlOf(name);
    },
    async dropConnections(database) {
      await query(url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${nameOf(database)}'`);
    },
    async stop() {
      process.off('exit', orphaned);
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGINT');
        await once(server, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`${name} is not installed (apt-get install postgresql)`);
  return path;
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** PostgreSQL refuses to run as root: then the account that its package made, or nobody's. Null for anybody else. */
async function unprivileged(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([name]) => name === wanted) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no account postgres or nobody to run it as');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilReady(server: ChildProcess, url: string, log: () => string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; ) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline)
        throw new Error(`PostgreSQL did not start: ${log()}`, { cause: error });
      await setTimeout(50);
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
