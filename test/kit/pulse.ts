import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that `startPulse` needs; for `leftOut`. */
export const PULSE_PROGRAMS = ['pulseaudio', 'pactl', 'parec'];

export interface PulseServer {
  /** For `PULSE_SERVER`. */
  readonly server: string;
  /** The null sink's name; its monitor is `${sink}.monitor`. */
  readonly sink: string;
  readonly pid: number;
  /** Environment for programs that should talk to this server. */
  readonly env: NodeJS.ProcessEnv;
  pactl(...args: string[]): Promise<string>;
  record(): Promise<PulseRecording>;
  stop(): Promise<void>;
}

export interface PulseRecording {
  /** Ends the recording; its samples (mono, 48 kHz) from the first on. */
  stop(): Promise<Int16Array>;
  /** Samples so far. */
  length(): number;
}

/** A sound server of its own, with one sink that is a clock and nothing else, in a folder of its own. */
export async function startPulse(): Promise<PulseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'loaban-pulse-'));
  const socket = join(folder, 'native');
  const sink = 'village';
  const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder };
  const daemon = spawn(
    'pulseaudio',
    [
      ...[
        '-n',
        '--daemonize=no',
        '--exit-idle-time=-1',
        '--use-pid-file=no',
        '--log-target=stderr',
        '--log-level=error',
      ],
      ...['-L', `module-null-sink sink_name=${sink} rate=48000 channels=1 format=s16le`],
      ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`],
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  daemon.stderr.on('data', (text: Buffer) => {
    complaints += text.toString('utf8');
  });
  const clientEnv = { ...env, PULSE_SERVER: `unix:${socket}` };
  const pactl = async (...args: string[]) => (await run('pactl', args, { env: clientEnv })).stdout;
  await until(async () => {
    if (daemon.exitCode !== null) throw new Error(`pulseaudio ended: ${complaints}`);
    if (!existsSync(socket)) return false;
    return await pactl('info').then(
      () => true,
      () => false,
    );
  });
  return {
    server: `unix:${socket}`,
    sink,
    pid: daemon.pid ?? 0,
    env: clientEnv,
    pactl,
    record: () => record(`${sink}.monitor`, clientEnv),
    stop: async () => {
      await end(daemon, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function record(device: string, env: NodeJS.ProcessEnv): Promise<PulseRecording> {
  const args = ['-d', device, '--raw', '--format=s16le', '--rate=48000', '--channels=1', '--latency-msec=20'];
  const recorder = spawn('parec', args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  let bytes = 0;
  recorder.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
  });
  await until(async () => bytes > 0);
  return {
    length: () => Math.floor(bytes / 2),
    stop: async () => {
      await end(recorder, 'SIGTERM');
      const all = Buffer.concat(chunks);
      return new Int16Array(all.buffer, all.byteOffset, Math.floor(all.length / 2)).slice();
    },
  };
}

/** Ends a child that was started here, by its own handle. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill(signal);
  await gone;
}

async function until(condition: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the sound server did not start in time');
    await sleep(20);
  }
}
