import { randomBytes } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../shared/core/fault.ts';
import { makeZone } from '../shared/core/time.ts';
import { FfmpegToolkit } from './adapters/audio/ffmpegToolkit.ts';
import { findPrograms } from './adapters/audio/programs.ts';
import { openSigner } from './adapters/crypto/openSigner.ts';
import { createSecrets } from './adapters/crypto/secrets.ts';
import { DiskBlobStore } from './adapters/files/diskBlobStore.ts';
import { writeDurably } from './adapters/files/writeDurably.ts';
import { createApp } from './adapters/http/app.ts';
import { createMediaHandler } from './adapters/http/media.ts';
import { createMetrics } from './adapters/http/metrics.ts';
import { probeRoutes, type ReadyClause } from './adapters/http/probes.ts';
import type { Route } from './adapters/http/route.ts';
import { listen } from './adapters/http/server.ts';
import { createAgentBus } from './adapters/mqtt/bus/createAgentBus.ts';
import { openStore } from './adapters/sql/openStore.ts';
import { startPeriodicWork } from './adapters/system/dailyWork.ts';
import { lockDataFolder } from './adapters/system/dataLock.ts';
import { createEventHub } from './adapters/system/eventHub.ts';
import { systemClock } from './adapters/system/systemClock.ts';
import { systemRandom } from './adapters/system/systemRandom.ts';
import { apiRoutes } from './compose/api.ts';
import { openBroker } from './compose/broker.ts';
import { openDataFolder } from './compose/dataFolder.ts';
import { meteredBus, meteredListener } from './compose/metered.ts';
import { type Closers, checkWanted, makeClosers } from './compose/stages.ts';
import type { Config } from './config.ts';
import { createLoginThrottle } from './domain/loginThrottle.ts';
import type { ServerParts, Settings } from './ports/parts.ts';
import type { Logger } from './ports/system.ts';
import { makeStatusKeeper } from './usecases/agents/statusKeeper.ts';
import { ClipQueue } from './usecases/clips/processClips.ts';
import { makeLedgerIntake } from './usecases/ledger/intake.ts';
import { makeBusListener } from './usecases/plans/busListener.ts';
import { planningJobs } from './usecases/plans/periodicWork.ts';
import { makePlanRefresh } from './usecases/plans/planRefresh.ts';
import { makeOutboxPump } from './usecases/plans/publishPlans.ts';
import { ensureAdministrator } from './usecases/users/ensureAdministrator.ts';
import { identify } from './usecases/users/identify.ts';

export interface RunningServer {
  readonly httpPort: number;
  /** Of the embedded broker; null where there is none. */
  readonly mqttPort: number | null;
  /** Drawn at the very first start, to be shown once. */
  readonly adminPassword: string | null;
  /** The whole API as data. */
  readonly routes: readonly Route[];
  /** Finishes what is under way and gives everything back. */
  stop(): Promise<void>;
}

const CONSOLE_FOLDER = join(import.meta.dirname, 'console', 'static');
/** Plans hold seven days of items. */
const PLAN_DAYS = 7;
const TRUE_PEAK_DB = -1.5;
/** For requests that run when the server is told to stop; an upload that is longer is tried again by its sender. */
const GRACE_MS = 4_000;

/**
 * Builds and starts everything, stage by stage; a stage that fails gives back what those before it took.
 * @param signal calls the start off between two stages
 * @throws Fault in one line for a person: what cannot be had, and the remedy. StartAborted when called off
 */
export async function startServer(
  config: Config,
  log: Logger,
  version: string,
  signal: AbortSignal,
): Promise<RunningServer> {
  const closers = makeClosers(log);
  try {
    return await start(config, log, version, signal, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function start(
  config: Config,
  log: Logger,
  version: string,
  signal: AbortSignal,
  closers: Closers,
): Promise<RunningServer> {
  const folder = await openDataFolder(config.dataDir);
  closers.add('data lock', lockDataFolder(folder));
  const programs = findPrograms(process.env.PATH ?? '');
  if (programs.warning !== null) log.warn(programs.warning);
  checkWanted(signal);

  const store = await openStore({ url: config.databaseUrl ?? `sqlite:${join(folder, 'loaban.db')}`, log });
  closers.add('database', () => store.close());
  checkWanted(signal);

  const blobs = await DiskBlobStore.open(join(folder, 'blobs'));
  const signer = await openSigner({ file: join(folder, 'signing-key.pem'), writeDurably, log });
  const secrets = createSecrets();
  const broker = await openBroker(config, secrets, log, closers);
  checkWanted(signal);

  const clock = systemClock;
  const random = systemRandom;
  const events = createEventHub(log);
  const settings: Settings = {
    zone: config.zone,
    maxUploadBytes: config.maxUploadBytes,
    loudness: { lufs: config.lufs, truePeakDb: TRUE_PEAK_DB },
    maxClipMs: config.maxClipMs,
    planDays: PLAN_DAYS,
    agentMqttUrl: broker.agentUrl,
    statusEverySeconds: config.statusEverySeconds,
  };
  const audio = new FfmpegToolkit({ programs, longestMinutes: config.maxClipMs / 60_000 });
  const rawBus = createAgentBus({ connection: broker.connection, log });
  const metrics = createMetrics({ store, clock, bus: rawBus }, makeZone(config.zone));
  const bus = meteredBus(rawBus, metrics);
  const base = {
    store,
    clock,
    random,
    log,
    events,
    audio,
    blobs,
    signer,
    bus,
    accounts: broker.accounts,
    secrets,
    settings,
  };

  const pump = makeOutboxPump(base);
  const plans = makePlanRefresh(base, () => pump.poke());
  const processor = new ClipQueue(base);
  const parts: ServerParts = { ...base, plans, processor };
  const intake = makeLedgerIntake(parts);
  const statuses = makeStatusKeeper(parts, () => pump.poke());
  const adminPassword = await ensureAdministrator(parts, config.adminPassword);
  checkWanted(signal);

  const stopping = new AbortController();
  const media = createMediaHandler({
    ...parts,
    hasAudio: (sha256) => store.repositories.clips.hasAudio(sha256),
    sent: (bytes) => metrics.mediaSent(bytes),
  });
  const api = {
    ...parts,
    throttle: createLoginThrottle(),
    decoyHash: await secrets.hashPassword(randomBytes(32).toString('base64url')),
    stopping: stopping.signal,
  };
  const routes = apiRoutes(api, media, version, CONSOLE_FOLDER);
  const app = createApp({
    log,
    clock,
    random,
    identify: (token) => identify(parts, token),
    routes,
    probes: probeRoutes(readyClauses(parts, folder), metrics),
    consoleFolder: CONSOLE_FOLDER,
    measured: (facts, method, status, seconds) => metrics.request(method, facts.pattern, status, seconds),
  });
  const http = await listen(config.http, app, media).catch((error: unknown) => {
    throw portFault(config.http, error);
  });
  closers.add('bus', () => bus.stop());
  closers.add('outbox', () => pump.stop());
  closers.add('intake', async () => {
    await Promise.all([intake.stop(), statuses.stop()]);
  });
  closers.add('plans', () => plans.stop());
  closers.add('clip processing', () => processor.stop());
  closers.add('http', async () => {
    stopping.abort();
    await http.stop(GRACE_MS);
  });
  checkWanted(signal);

  const listener = makeBusListener({ intake, statuses, pump, log, countRefused: () => metrics.refused() });
  await bus.start(meteredListener(listener, metrics));
  await plans.refresh('start');
  await processor.resume();
  const stopPeriodicWork = startPeriodicWork(planningJobs(parts), config.zone, log);
  closers.add('periodic work', stopPeriodicWork);
  return { httpPort: http.port, mqttPort: broker.port, adminPassword, routes, stop: () => closers.closeAll() };
}

function readyClauses(parts: ServerParts, folder: string): ReadyClause[] {
  return [
    { name: 'database', check: () => parts.store.ping() },
    {
      name: 'broker',
      check: async () => {
        if (!parts.bus.connected) throw new Error('the broker is not connected');
      },
    },
    { name: 'clips folder', check: () => access(join(folder, 'blobs'), constants.W_OK) },
  ];
}

function portFault({ host, port }: Config['http'], error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const why =
    code === 'EADDRINUSE'
      ? 'another program uses it'
      : code === 'EACCES'
        ? 'this user may not have it'
        : code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : null;
  if (why === null) return error;
  const remedy = 'stop that program, or choose another by LOABAN_HTTP_PORT and LOABAN_HTTP_HOST';
  const message = `cannot listen on ${host} port ${port}: ${why}; ${remedy}`;
  return new Fault('unavailable', 'http.port', message, [{ field: 'LOABAN_HTTP_PORT', message: why }], {
    cause: error,
  });
}
