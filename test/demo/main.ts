/**
 * `npm run demo`: the whole product on one machine with nothing faked. A server with its own broker and database in a
 * fresh folder, a commune with three villages, and three agents as processes of their own that play into WAV files and,
 * where there is a sound server, through it.
 * `--for SECONDS` ends it by itself; `--folder DIR` keeps its files there (default: demo-data, emptied at each start).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findProgram } from '../kit/needs.ts';
import { freePort } from '../kit/processes.ts';
import { AgentProcess, ServerProcess } from '../kit/stack.ts';
import { addBulletin, buildWorld, type World, type WorldBulletin } from '../kit/world.ts';
import { Airtime, LEAD_MS } from './airtime.ts';
import { sampleBulletins } from './sampleBulletins.ts';
import { type DemoView, renderScreen, sumLine, villageLine } from './screen.ts';
import { soundServer } from './soundServer.ts';

/** A folder that holds this file is the demo's own; no other folder is ever emptied. */
const MARK = '.loaban-demo';
/** Uploaded before the first sound; the others follow while these play. */
const FIRST_BULLETINS = 2;

interface Demo {
  readonly folder: string;
  readonly server: ServerProcess;
  readonly world: World;
  readonly boxes: readonly {
    readonly id: string;
    readonly name: string;
    readonly sink: string;
    readonly box: AgentProcess;
  }[];
  readonly airtime: Airtime;
  readonly rest: readonly WorldBulletin[];
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);

function freshFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(join(folder, MARK))) {
      throw new Error(`${folder} holds files that are not the demo's; name an empty folder with --folder`);
    }
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), 'Made by npm run demo; emptied at its next start.\n');
}

/** Tells each step once, and how far a long one is where there is a terminal to draw on. */
function teller(): (step: string, done?: number) => void {
  let last = '';
  return (step, done) => {
    if (process.stdout.isTTY && done !== undefined) {
      process.stdout.write(`\r\u001b[K  ${step} ${Math.round(done * 100)}%${done >= 1 ? '\n' : ''}`);
    } else if (step !== last || done === 1) {
      if (done === undefined || done === 1) write(`  ${step}`);
    }
    last = step;
  };
}

async function prepare(folder: string, running: Set<{ stop(): Promise<number | null> }>): Promise<Demo> {
  freshFolder(folder);
  const logs = join(folder, 'logs');
  write('Loa Bản: máy chủ / server …');
  const server = await ServerProcess.start({
    dataDir: join(folder, 'server'),
    logFile: join(logs, 'server.log'),
    httpPort: await freePort(8080),
    mqttPort: await freePort(1883),
    password: randomBytes(9).toString('base64url'),
  });
  running.add(server);
  write(`  ${server.url}   admin / ${server.password}`);
  const samples = await sampleBulletins();
  const rest = samples.slice(FIRST_BULLETINS);
  const themes = samples.map((bulletin) => bulletin.theme);
  const world = await buildWorld(server.api, samples.slice(0, FIRST_BULLETINS), Date.now(), teller(), themes);

  if (findProgram('ffmpeg') === null) {
    write('  ffmpeg: bản cũ từ npm / the old one from npm; for real use: apt-get install ffmpeg');
  }
  const sound = soundServer();
  write(
    sound ? `Cụm loa / boxes: ${sound} + WAV` : 'Cụm loa / boxes: WAV (không có máy chủ âm thanh / no sound server)',
  );
  const boxes = [];
  for (const [index, village] of world.villages.entries()) {
    const name = `Cụm loa ${index + 1}`;
    const { agentId, code } = await server.api.createAgent({ villageId: village.id, name });
    const wav = join(folder, 'sound', `village-${index + 1}.wav`);
    mkdirSync(join(folder, 'sound'), { recursive: true });
    const sink = sound ? `pulse+file:${wav}` : `file:${wav}`;
    const box = new AgentProcess({
      serverUrl: server.url,
      dataDir: join(folder, `agent-${index + 1}`),
      logFile: join(logs, `agent-${index + 1}.log`),
      sink,
      code,
    });
    running.add(box);
    boxes.push({ id: agentId, name: village.name, sink, box });
  }

  const airtime = new Airtime(server, world, Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000);
  for (const bulletin of world.bulletins) await airtime.add(bulletin);
  write(`Phát lúc / first sound at ${new Date(airtime.first).toISOString()}`);
  return { folder, server, world, boxes, airtime, rest };
}

/** Goes on working while the first bulletins sound, as a radio station does. */
async function addRest(demo: Demo, signal: AbortSignal): Promise<void> {
  for (const bulletin of demo.rest) {
    if (signal.aborted) return;
    const placed = await addBulletin(demo.server.api, demo.world, bulletin, () => undefined);
    demo.world.bulletins.push(placed);
    await demo.airtime.add(placed);
  }
  if (!signal.aborted) await demo.airtime.repeat(demo.world.bulletins);
}

async function look(demo: Demo): Promise<DemoView> {
  const now = Date.now();
  const [agents, ledger, sums] = await Promise.all([
    demo.server.api.agents(),
    demo.server.api.ledger(''),
    demo.server.api.sums('by=total'),
  ]);
  return {
    address: demo.server.url,
    login: `admin / ${demo.server.password}`,
    folder: demo.folder,
    now,
    villages: demo.boxes.map(({ id, name, sink }) => ({
      name,
      sink,
      agent: agents.items.find((agent) => agent.id === id) ?? null,
    })),
    entries: ledger.items,
    sum: sums[0] ?? null,
  };
}

/** Without a terminal: a line whenever something changed. */
function changeTeller(): (view: DemoView) => void {
  const last = new Map<string, string>();
  return (view) => {
    for (const village of view.villages) {
      const title = village.agent?.status?.online ? (village.agent.status.playing?.title ?? '–') : 'offline';
      if (last.get(village.name) === title) continue;
      last.set(village.name, title);
      write(
        `${new Date(view.now).toISOString()} ${village.name}: ${villageLine(village.agent, view.entries, view.now)}`,
      );
    }
    const sum = sumLine(view.sum);
    if (last.get('sum') !== sum) write(`${new Date(view.now).toISOString()} ${sum}`);
    last.set('sum', sum);
  };
}

async function follow(demo: Demo, signal: AbortSignal): Promise<void> {
  const tell = changeTeller();
  while (!signal.aborted) {
    for (const { name, box } of demo.boxes) {
      if (!box.process.running) throw new Error(`${name}: agent ended: ${box.process.lines.slice(-3).join(' | ')}`);
    }
    const view = await look(demo);
    if (process.stdout.isTTY) process.stdout.write(`\u001b[H\u001b[2J${renderScreen(view).join('\n')}\n`);
    else tell(view);
    await pause(1000, undefined, { signal }).catch(() => undefined);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { for: { type: 'string' }, folder: { type: 'string', default: 'demo-data' } },
  });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const running = new Set<{ stop(): Promise<number | null> }>();
  try {
    const demo = await prepare(resolve(values.folder), running);
    if (values.for !== undefined) {
      setTimeout(() => stop.abort(), Number(values.for) * 1000).unref();
    }
    const rest = addRest(demo, stop.signal);
    // The end does not wait for a bulletin that is being prepared; a fault in preparing one ends the demo.
    await Promise.race([follow(demo, stop.signal), rest.then(() => new Promise<never>(() => undefined))]);
    rest.catch(() => undefined);
    write(sumLine((await look(demo)).sum));
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    write('Đang dừng / stopping …');
    // Boxes first, so that their last words reach the server.
    await Promise.all([...running].slice(1).map((one) => one.stop()));
    await [...running][0]?.stop();
  }
}

process.exitCode = await main();
