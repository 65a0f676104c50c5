import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RunningProcess } from '../kit/processes.ts';
import { AgentProcess, ServerProcess } from '../kit/stack.ts';
import { writeSynthClip } from '../kit/synthClip.ts';
import { waitFor } from '../kit/wait.ts';
import { buildWorld, scheduleAt } from '../kit/world.ts';
import { type BenchResult, median } from './result.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Memory {
  readonly rssMb: number;
  /** Shared pages divided among those who share them: what a process costs the machine. */
  readonly pssMb: number;
}

function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { rssMb: kb('Rss') / 1024, pssMb: kb('Pss') / 1024 };
}

function childrenOf(pid: number): number[] {
  const direct = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [...direct, ...direct.flatMap(childrenOf)];
}

function withChildren(pid: number): Memory & { children: number } {
  const children = childrenOf(pid);
  const all = [pid, ...children].map((one) => {
    try {
      return memoryOf(one);
    } catch {
      return { rssMb: 0, pssMb: 0 }; // it ended while we looked
    }
  });
  return {
    rssMb: all.reduce((sum, one) => sum + one.rssMb, 0),
    pssMb: all.reduce((sum, one) => sum + one.pssMb, 0),
    children: children.length,
  };
}

async function sample(times: number, everyMs: number, look: () => Memory): Promise<{ rss: number[]; pss: number[] }> {
  const rss: number[] = [];
  const pss: number[] = [];
  for (let index = 0; index < times; index++) {
    await pause(everyMs);
    const last = look();
    rss.push(last.rssMb);
    pss.push(last.pssMb);
  }
  return { rss, pss };
}

/** Resident memory of the bundled agent, connected and idle, then playing with its children, beside a bare Node process. */
export async function benchMemory(): Promise<readonly BenchResult[]> {
  execFileSync(process.execPath, [join(ROOT, 'agent', 'build.ts')], { cwd: ROOT, stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'loaban-memory-'));
  const bare = new RunningProcess({
    command: process.execPath,
    args: ['-e', 'setInterval(() => undefined, 1e9)'],
    logFile: join(folder, 'bare.log'),
  });
  const server = await ServerProcess.start({ dataDir: join(folder, 'server'), logFile: join(folder, 'server.log') });
  let agent: AgentProcess | null = null;
  try {
    const clip = join(folder, 'clip.wav');
    writeSynthClip(clip, 1, 60);
    const world = await buildWorld(
      server.api,
      [{ title: 'Một phút', theme: 'Đo', clips: [{ path: clip, language: 'vi', voice: 'synth' }] }],
      Date.now(),
      () => undefined,
    );
    const village = world.villages[0]?.id ?? '';
    const { agentId, code } = await server.api.createAgent({ villageId: village, name: 'đo bộ nhớ' });
    agent = new AgentProcess({
      serverUrl: server.url,
      dataDir: join(folder, 'agent'),
      logFile: join(folder, 'agent.log'),
      sink: 'null',
      code,
      program: join(ROOT, 'dist', 'agent', 'loaban-agent.mjs'),
    });
    await waitFor(async () => (await server.api.agent(agentId)).status?.online === true, 'the agent to be online');
    await pause(15_000); // memory settles: this is a measurement of real time
    const pid = agent.process.pid;
    const idle = await sample(10, 500, () => withChildren(pid));
    const floor = await sample(5, 500, () => memoryOf(bare.pid));
    await scheduleAt(
      server.api,
      world.bulletins[0]?.id ?? '',
      [village],
      [Math.ceil(Date.now() / 1000) * 1000 + 12_000],
    );
    await waitFor(
      async () => {
        const { status } = await server.api.agent(agentId);
        return status?.online === true && status.playing !== null;
      },
      'the agent to play',
      40_000,
    );
    await pause(5_000);
    const playing = await sample(500, 50, () => withChildren(pid));
    const bareRss = median(floor.rss);
    const barePss = median(floor.pss);
    const line = (name: string, aim: string, measured: typeof idle): BenchResult => ({
      name,
      unit: 'MB resident',
      floor: bareRss,
      ours: median(measured.rss),
      ratio: median(measured.rss) / bareRss,
      aim,
      notes: [
        `proportional (PSS): ${median(measured.pss).toFixed(1)} MB to ${barePss.toFixed(1)} MB, ratio ${(median(measured.pss) / barePss).toFixed(2)}`,
        `highest, while an ffmpeg decodes the next 20 s: ${Math.max(...measured.rss).toFixed(1)} MB, ratio ${(Math.max(...measured.rss) / bareRss).toFixed(2)}`,
      ],
    });
    return [
      line('agent memory, connected and idle', 'at most 1.6 times bare Node', idle),
      line('agent memory, playing, with its children', 'at most 2.2 times bare Node', playing),
    ];
  } finally {
    await agent?.stop();
    await server.stop();
    await bare.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
