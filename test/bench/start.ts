import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FfmpegClipDecoder } from '../../agent/adapters/sound/clipDecoder.ts';
import { openSinkSpec } from '../../agent/adapters/sound/openSinkSpec.ts';
import { SystemSoundClock } from '../../agent/adapters/sound/systemClock.ts';
import { WarmPlayer } from '../../agent/loop/player.ts';
import type { SoundLog } from '../../agent/ports/sound.ts';
import { decodeForTest, findClip } from '../kit/correlate.ts';
import { findProgram } from '../kit/needs.ts';
import { type PulseServer, startPulse } from '../kit/pulse.ts';
import { startWitness } from '../kit/pulseWitness.ts';
import { writeSynthClip } from '../kit/synthClip.ts';
import { instantInWav, readWav } from '../kit/wav.ts';
import { type BenchResult, quantile } from './result.ts';

const ITEMS = 80;
const APART_MS = 1300;
const CLIP_MS = 600;
const BUSY_PROCESSES = 2;

const clock = new SystemSoundClock();
const now = () => clock.wallAt(clock.monotonic());

interface Played {
  /** By how much each item's first sample was off its instant in the recording, in ms; late is positive. */
  readonly off: readonly number[];
  readonly missing: number;
}

/**
 * Start of sound against the planned instant, read from what was really played: the file sink's WAV by its own time line,
 * the sound server's monitor by a recording with a clock of its own. The floor is a bare timer set to the same instants:
 * what a player could reach at best that starts its sound when a timer fires.
 */
export async function benchStart(): Promise<readonly BenchResult[]> {
  const ffmpeg = findProgram('ffmpeg');
  if (ffmpeg === null) throw new Error('bench start: ffmpeg is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'loaban-bench-start-'));
  const clip = join(folder, 'clip.opus');
  writeSynthClip(join(folder, 'clip.wav'), 9, 1);
  const opus = ['-c:a', 'libopus', '-b:a', '48k', clip];
  execFileSync(ffmpeg, ['-v', 'error', '-i', join(folder, 'clip.wav'), '-t', String(CLIP_MS / 1000), ...opus]);
  try {
    return [...(await measure(folder, clip, ffmpeg, 0)), ...(await measure(folder, clip, ffmpeg, BUSY_PROCESSES))];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, clip: string, ffmpeg: string, busy: number): Promise<BenchResult[]> {
  const wav = join(folder, `busy-${busy}.wav`);
  const server = findProgram('pulseaudio') === null ? null : await startPulse();
  const warnings: string[] = [];
  const log: SoundLog = { info: () => undefined, warn: (_, message) => warnings.push(message) };
  const pcm = await decodeForTest(clip);
  const witness = server === null ? null : await startWitness(socketOf(server), `${server.sink}.monitor`, clock);
  const hogs = Array.from({ length: busy }, () => spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }));
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  try {
    const begin = now() + 4_000;
    const instants = Array.from({ length: ITEMS }, (_, i) => begin + i * APART_MS + Math.random() * 100);
    const env = server?.env ?? process.env;
    const play = async (sink: string) => {
      const player = new WarmPlayer({
        sink: openSinkSpec(sink, { clock, log, env, uid: process.getuid?.() ?? 0 }),
        decoder: new FfmpegClipDecoder(ffmpeg),
        clock,
        log,
      });
      const unheard = { started: () => undefined, progress: () => undefined };
      const { signal } = new AbortController();
      await Promise.all(
        instants.map((at, i) =>
          player.play({ itemId: String(i), path: clip, at, durationMs: CLIP_MS, gainDb: 0 }, unheard, signal),
        ),
      );
      await player.close();
    };
    const [floor] = await Promise.all([
      bareTimers(instants),
      play(`file:${wav}`),
      ...(server === null ? [] : [play('pulse')]),
    ]);
    delays.disable();
    for (const hog of hogs) hog.kill('SIGKILL');
    const load = busy === 0 ? 'idle' : `${busy} busy processes`;
    const notes = [`longest hold-up of the program's own loop ${(delays.max / 1e6).toFixed(0)} ms`, ...warnings];
    const tape = readWav(wav);
    const results = [
      result(
        `start of sound, file, ${load}`,
        compare(instants, tape.samples, pcm, (at) => instantInWav(tape, at)),
        floor,
        notes,
      ),
    ];
    if (witness !== null) {
      const heard = await witness.stop();
      const played = compare(instants, heard.samples, pcm, heard.instant);
      results.push(result(`start of sound, pulse, ${load}`, played, floor, notes));
    }
    return results;
  } finally {
    for (const hog of hogs) hog.kill('SIGKILL');
    await server?.stop();
  }
}

function socketOf(server: PulseServer): string {
  return server.server.replace(/^unix:/, '');
}

/** How late a timer fires for each instant, in ms; early counts as well. */
async function bareTimers(instants: readonly number[]): Promise<number[]> {
  return await Promise.all(
    instants.map(
      (at) =>
        new Promise<number>((resolve) => {
          setTimeout(() => resolve(now() - at), at - now());
        }),
    ),
  );
}

/** Each instant against the nearest place where the recording holds the clip. */
function compare(
  instants: readonly number[],
  recording: Int16Array,
  clip: Int16Array,
  instantOf: (sample: number) => number,
): Played {
  const found = findClip(recording, clip, { probeMs: CLIP_MS - 100 }).map(({ offsetSample }) =>
    instantOf(offsetSample),
  );
  const nearest = instants.map((at) =>
    found
      .map((instant) => instant - at)
      .reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), Number.POSITIVE_INFINITY),
  );
  const off = nearest.filter((ms) => Math.abs(ms) < APART_MS / 2);
  return { off, missing: nearest.length - off.length };
}

function result(name: string, played: Played, timers: readonly number[], notes: readonly string[]): BenchResult {
  const size = played.off.map(Math.abs);
  const ours = quantile(size, 0.99);
  const floor = quantile(timers.map(Math.abs), 0.99);
  const line = (values: readonly number[]) =>
    `p50 ${quantile(values, 0.5).toFixed(3)}, most ${Math.max(...values).toFixed(3)}`;
  return {
    name: `${name} (p99)`,
    unit: 'ms',
    floor,
    ours,
    ratio: ours / floor,
    aim: 'at most 1 ms',
    notes: [
      `ours: ${line(size)} ms, ${played.off.length} of ${played.off.length + played.missing} items found in the recording`,
      `floor (a bare timer): ${line(timers.map(Math.abs))} ms`,
      ...notes,
    ],
  };
}
