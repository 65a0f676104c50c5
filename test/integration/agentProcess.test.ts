import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTone } from '../../agent/adapters/files/toneFile.ts';
import { buildAgent } from '../../agent/build.ts';
import { AGENT, CODE, FakeServer } from '../kit/fakeServer.ts';
import { leftOut } from '../kit/needs.ts';
import { RunningProcess } from '../kit/processes.ts';
import { waitFor } from '../kit/wait.ts';

const MAIN = resolve(import.meta.dirname, '../../agent/main.ts');
let folder: string;
let server: FakeServer;
const processes: RunningProcess[] = [];

/** The agent as an operator starts it. */
function start(args: readonly string[], program = MAIN, cwd?: string): RunningProcess {
  const logFile = join(folder, `agent-${processes.length}.log`);
  const started = new RunningProcess({
    command: process.execPath,
    args: [program, ...args],
    logFile,
    ...(cwd ? { cwd } : {}),
  });
  processes.push(started);
  return started;
}

const usual = (extra: readonly string[] = []): string[] => [
  ...['--server', server.url, '--data', join(folder, 'data'), '--sink', 'null'],
  ...extra,
];

async function toneClip(seconds: number): Promise<string> {
  const path = join(folder, `tone-${seconds}.wav`);
  await writeTone(path, seconds);
  return server.addClip(await readFile(path));
}

/** What it says to the operator, beside the structured log (which may warn of an old ffmpeg first). */
const complaints = (agent: RunningProcess): string[] => agent.lines.filter((line) => !line.startsWith('{'));

const isOnline = (): boolean => server.lastStatus?.online === true;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaban-process-'));
  server = await FakeServer.start();
});

afterEach(async () => {
  for (const started of processes.splice(0)) if (started.running) await started.kill9();
  await server.down();
  await rm(folder, { recursive: true, force: true });
});

describe('an agent as a process', () => {
  it('killed with -9 in mid-play leaves exactly one record, and goes on with the plan while the server is away', async () => {
    const first = start(usual(['--enrol', CODE]));
    await waitFor(isOnline, 'the agent to be online');
    const [long, short] = [await toneClip(30), await toneClip(1)];
    await server.sendConfig();
    const at = Date.now() + 4_000;
    const playAt = at + 14_000;
    const missed = server.item('missed', short, at + 30_000, 1_000);
    const items = [server.item('cut', long, at, 8_500), server.item('after', short, playAt, 1_000)];
    await server.sendPlan([...items, missed]);
    await first.line(/item started/);
    await waitFor(async () => /"e":"heard"/.test(await readFile(join(folder, 'data/journal'), 'utf8')), 'a trace');
    await server.down();
    await first.kill9();
    const second = start(usual());
    await second.line(/item ended.*"item":"after"|"item":"after".*"complete":true/, 25_000);
    await server.up();
    await waitFor(() => server.playbacks.length === 2, 'both records', 25_000);
    const [cut, after] = server.playbacks;
    expect(cut).toMatchObject({ item: 'cut', outcome: 'partly', reason: 'interrupted' });
    expect(cut?.heardMs).toBeGreaterThanOrEqual(4_900);
    expect(cut?.heardMs).toBeLessThan(8_500);
    expect(after).toMatchObject({ item: 'after', outcome: 'played', reason: null, heardMs: 1_000 });
    expect(Math.abs((after?.startedAt ?? 0) - playAt)).toBeLessThan(50);
    expect([...server.records.keys()]).toEqual([...server.records.keys()].map((_, index) => index + 1));
  }, 60_000);

  it('stops within five seconds of SIGTERM: the item in play is written down, and the last status says offline', async () => {
    const agent = start(usual(['--enrol', CODE]));
    await waitFor(isOnline, 'the agent to be online');
    const clip = await toneClip(30);
    await server.sendConfig();
    await server.sendPlan([server.item('long', clip, Date.now() + 3_500, 30_000)]);
    await agent.line(/item started/);
    const asked = performance.now();
    expect(await agent.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(server.lastStatus).toEqual({ v: 1, agent: AGENT, online: false });
    expect(server.playbacks).toMatchObject([{ item: 'long', outcome: 'partly', reason: 'interrupted' }]);
  }, 60_000);

  it('waits for a server that is away, asks again with the same installation, and keeps its secrets to itself', async () => {
    await server.down();
    const agent = start(usual(['--enrol', CODE]));
    await agent.line(/will be asked again/);
    server.refuseEnrolment = { status: 503, times: 1 };
    await server.up();
    await waitFor(isOnline, 'the agent to be online', 25_000);
    expect(new Set(server.installations).size).toBe(1);
    expect(server.installations.length).toBeGreaterThan(1);
    expect((await stat(join(folder, 'data/identity.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
    expect(agent.lines.join('\n')).not.toContain(server.password);

    const twin = start(usual());
    expect(await twin.ended()).toBe(1);
    expect(complaints(twin)).toHaveLength(1);
    expect(complaints(twin)[0]).toMatch(/is in use by another agent \(process \d+\)/);
    await agent.stop();
    const again = start(usual(['--enrol', CODE]));
    await again.line(/enrolled already/);
    expect(await again.stop()).toBe(0);
  }, 60_000);

  it('sets a broken state aside, reports it, and goes on', async () => {
    const first = start(usual(['--enrol', CODE]));
    await waitFor(isOnline, 'the agent to be online');
    await server.sendConfig();
    await waitFor(
      () => isOnline() && server.lastStatus?.online === true && server.lastStatus.configSeq === 1,
      'the configuration',
    );
    await first.stop();
    await writeFile(join(folder, 'data/seen.json'), '{"plan":');
    const config = await readFile(join(folder, 'data/config.json'), 'utf8');
    await writeFile(join(folder, 'data/config.json'), config.replace(/\.[A-Za-z0-9_-]{20}/, '.AAAAAAAAAAAAAAAAAAAA'));
    start(usual());
    await waitFor(() => server.faults('state.corrupt').length === 1, 'the fault of the broken file');
    await waitFor(() => server.faults('state.unbelievable').length === 1, 'the fault of the altered file');
    expect((await readdir(join(folder, 'data'))).some((name) => name.startsWith('seen.json.corrupt-'))).toBe(true);
  }, 60_000);

  it('says in one line each what is wrong with its arguments, its code, or its server', async () => {
    const wrong = start(['--server', 'ftp://x', '--sink', 'radio', '--loud', '--enrol', 'abc']);
    expect(await wrong.ended()).toBe(2);
    expect(wrong.lines.map((line) => line.split(':')[0])).toEqual([
      '--loud',
      '--server',
      '--data',
      '--sink',
      '--enrol',
    ]);
    const data = join(folder, 'data');
    const cases: [string[], RegExp][] = [
      [usual(), /not enrolled: get a code/],
      [usual(['--enrol', 'AAAA-BBBB-CCCC']), /refused --enrol \(409\): this code was used or has expired/],
      [
        ['--server', `${server.url}/elsewhere`, '--data', data, '--sink', 'null', '--enrol', CODE],
        /answered 404|refused --enrol \(404\)/,
      ],
      [
        ['--server', server.url, '--data', join(folder, 'agent-0.log'), '--sink', 'null', '--enrol', CODE],
        /cannot be written/,
      ],
    ];
    for (const [args, line] of cases) {
      const agent = start(args);
      expect(await agent.ended()).toBe(1);
      expect(complaints(agent)).toHaveLength(1);
      expect(complaints(agent)[0]).toMatch(line);
    }
  }, 60_000);

  it('goes on with the record numbers of the box whose place it takes', async () => {
    server.nextN = 41;
    const agent = start(usual(['--enrol', CODE]));
    await waitFor(isOnline, 'the agent to be online');
    const clip = await toneClip(1);
    await server.sendConfig();
    await server.sendPlan([server.item('one', clip, Date.now() + 4_000, 1_000)]);
    await waitFor(() => server.playbacks.length === 1, 'the record');
    expect([...server.records.keys()]).toEqual([41]);
    expect(await agent.stop()).toBe(0);
  }, 60_000);

  const noFfmpeg = leftOut('the bundled agent, which has no packages beside it', ['ffmpeg']);
  it.skipIf(noFfmpeg)(
    'is one file that runs without node_modules: enrols, fetches and plays',
    async () => {
      const bundle = await buildAgent(join(folder, 'box', 'loaban-agent.mjs'));
      const agent = start(usual(['--enrol', CODE]), bundle, folder);
      await waitFor(isOnline, 'the agent to be online');
      const clip = await toneClip(1);
      await server.sendConfig();
      await server.sendPlan([server.item('one', clip, Date.now() + 4_000, 1_000)]);
      await waitFor(() => server.playbacks.length === 1, 'the record');
      expect(server.playbacks).toMatchObject([{ item: 'one', outcome: 'played' }]);
      expect(await agent.stop()).toBe(0);
    },
    60_000,
  );
});
