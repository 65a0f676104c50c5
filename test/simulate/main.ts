/**
 * `npm run simulate -- --villages N`: N boxes from the real agent code in this process, with silent sinks, against a
 * running server. They get villages of a commune of their own (code SIM), and are revoked at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agentView } from '../../shared/contract/api/agent.ts';
import { pageOf } from '../../shared/contract/api/paging.ts';
import { Api } from '../kit/api.ts';
import { type Fleet, startFleet, wordsOf } from './fleet.ts';

const USAGE = `usage: npm run simulate -- --villages N [--server URL] [--user NAME] [--password WORD] [--for SECONDS]
  --server    default http://127.0.0.1:8080
  --user      an administrator; default admin
  --password  default: LOABAN_ADMIN_PASSWORD from the environment`;

interface Options {
  readonly villages: number;
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly seconds: number;
}

/** The options, or every fault of them, a line each. */
function readOptions(): Options | string[] {
  const { values } = parseArgs({
    options: {
      villages: { type: 'string' },
      server: { type: 'string', default: 'http://127.0.0.1:8080' },
      user: { type: 'string', default: 'admin' },
      password: { type: 'string', default: process.env.LOABAN_ADMIN_PASSWORD ?? '' },
      for: { type: 'string', default: '0' },
    },
  });
  const faults: string[] = [];
  const villages = Number(values.villages);
  if (!Number.isInteger(villages) || villages < 1 || villages > 10_000) faults.push('--villages must be 1 to 10000');
  if (!URL.canParse(values.server)) faults.push('--server must be an address such as http://127.0.0.1:8080');
  if (values.password === '') faults.push('--password is missing, and so is LOABAN_ADMIN_PASSWORD');
  const seconds = Number(values.for);
  if (!(seconds >= 0)) faults.push('--for must be a number of seconds');
  if (faults.length > 0) return faults;
  return { villages, server: values.server.replace(/\/+$/, ''), user: values.user, password: values.password, seconds };
}

async function showState(api: Api, fleet: Fleet, troubles: ReadonlyMap<string, number>): Promise<string> {
  const own = new Set(fleet.agentIds);
  let [online, withPlan, playing, unreported] = [0, 0, 0, 0];
  for (let after = ''; ; ) {
    const page = await api.call(pageOf(agentView), 'GET', `/agents?limit=1000${after && `&after=${after}`}`);
    for (const { id, status, planSeq } of page.items) {
      if (!own.has(id) || !status?.online) continue;
      online += 1;
      if (status.planSeq === planSeq) withPlan += 1;
      if (status.playing !== null) playing += 1;
      unreported += status.unreported;
    }
    if (page.next === null) break;
    after = page.next;
  }
  const trouble = [...troubles].map(([message, count]) => `${message} ×${count}`).join(', ');
  return (
    `${online}/${own.size} online, ${withPlan} hold the newest plan, ${playing} playing, ${unreported} records unreported, ` +
    `${Math.round(process.memoryUsage.rss() / 1_048_576)} MB${trouble && `; trouble: ${trouble}`}`
  );
}

async function main(): Promise<number> {
  const options = readOptions();
  if (Array.isArray(options)) {
    process.stderr.write(`${options.join('\n')}\n${USAGE}\n`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const folder = mkdtempSync(join(tmpdir(), 'loaban-simulate-'));
  const api = new Api(options.server);
  const troubles = new Map<string, number>();
  let fleet: Fleet | null = null;
  try {
    await api.signIn(options.user, options.password);
    fleet = await startFleet({
      api,
      villages: options.villages,
      folder,
      trouble: (_, message) => troubles.set(message, (troubles.get(message) ?? 0) + 1),
      progress: (count) => {
        if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${count}/${options.villages} boxes started`);
      },
    });
    const until = options.seconds > 0 ? Date.now() + options.seconds * 1000 : Number.POSITIVE_INFINITY;
    while (!stop.signal.aborted && Date.now() < until) {
      const line = await showState(api, fleet, troubles);
      process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
      await pause(2000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    process.stdout.write('\nstopping, revoking the simulated boxes …\n');
    return 0;
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`);
    return 1;
  } finally {
    await fleet?.stop(true);
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
