import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { witnessLoudness } from '../../audio-samples/ebur128.ts';
import { loadManifest, pathOfSample } from '../../audio-samples/manifest.ts';
import { FfmpegToolkit } from '../../server/adapters/audio/ffmpegToolkit.ts';
import { findPrograms } from '../../server/adapters/audio/programs.ts';

/** One line of the benchmark report. `ratio` is ours to the floor, in the direction that `aim` is written in. */
export interface BenchResult {
  readonly name: string;
  readonly floor: number;
  readonly ours: number;
  readonly ratio: number;
  readonly aim: string;
  readonly unit: string;
  readonly notes: string[];
}

const TARGET = { lufs: -16, truePeakDb: -1.5 };
const ROUNDS = 3;
/** The encoder settings of our own ingest, so that the comparison is of the loudness work and not of Opus settings. */
const OPUS = '-ac 1 -ar 48000 -c:a libopus -b:a 40k -vbr constrained -compression_level 5 -cutoff 12000 -f ogg'.split(
  ' ',
);

const loudnormSchema = z.object({
  input_i: z.string(),
  input_tp: z.string(),
  input_lra: z.string(),
  input_thresh: z.string(),
  target_offset: z.string(),
});

/** The usual recipe: loudnorm measures, then loudnorm again with what it measured, and Opus. */
async function twoPassLoudnorm(ffmpeg: string, input: string, output: string): Promise<void> {
  const run = promisify(execFile);
  const goal = `loudnorm=I=${TARGET.lufs}:TP=${TARGET.truePeakDb}:LRA=11`;
  const common = ['-nostdin', '-y', '-i', input, '-map', '0:a:0'];
  const first = ['-af', `aformat=channel_layouts=mono,${goal}:print_format=json`, '-f', 'null', '-'];
  const { stderr } = await run(ffmpeg, ['-hide_banner', ...common, ...first]);
  const measured = loudnormSchema.parse(JSON.parse(stderr.slice(stderr.lastIndexOf('{'), stderr.lastIndexOf('}') + 1)));
  const known = `measured_I=${measured.input_i}:measured_TP=${measured.input_tp}:measured_LRA=${measured.input_lra}:measured_thresh=${measured.input_thresh}:offset=${measured.target_offset}:linear=true`;
  const second = ['-af', `aformat=channel_layouts=mono,${goal}:${known}`, ...OPUS, output];
  await run(ffmpeg, ['-v', 'error', ...common, ...second]);
}

/** Processor time of this process and of every child that has ended, in ms: what is left when others crowd the machine. */
function processorMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
  const ticks = fields.slice(11, 15).map(Number); // utime, stime, cutime, cstime, at 100 a second
  return sum(ticks) * 10;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** What a piece of work took. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const start = performance.now();
  const before = processorMs();
  await work();
  return { wall: performance.now() - start, processor: processorMs() - before };
}

const medianWall = (costs: Cost[]) => median(costs.map((cost) => cost.wall));
const processorTime = (costs: Cost[]) => sum(costs.map((cost) => cost.processor));

/**
 * Speed of clip ingest (probe, decode, measure, normalise, encode, measure the finished file, draw the waveform) on every
 * good sample, against two-pass loudnorm with the same Opus settings, file by file in turn in the same run. Both in
 * seconds of sound per second. Runs on Linux.
 * @param searchPath where to look for ffmpeg, as in the variable PATH
 */
export async function benchIngest(searchPath: string): Promise<BenchResult> {
  const programs = findPrograms(searchPath);
  const toolkit = new FfmpegToolkit({ programs });
  const { samples } = await loadManifest();
  const good = samples.filter((sample) => sample.expectedFault === null);
  const folder = await mkdtemp(join(tmpdir(), 'loaban-bench-ingest-'));
  const output = join(folder, 'ours.opus');
  const never = new AbortController().signal;
  const ignore = () => undefined;
  const ourTimes: number[] = [];
  const floorTimes: number[] = [];
  let ourProcessor = 0;
  let floorProcessor = 0;
  const errors: number[] = [];
  const peaks: number[] = [];
  try {
    for (const sample of good) {
      const input = pathOfSample(sample);
      const ours: Cost[] = [];
      const floor: Cost[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        floor.push(await costOf(() => twoPassLoudnorm(programs.ffmpeg, input, join(folder, 'floor.opus'))));
        ours.push(await costOf(() => toolkit.normalise(input, output, TARGET, ignore, never)));
      }
      ourTimes.push(medianWall(ours));
      floorTimes.push(medianWall(floor));
      ourProcessor += processorTime(ours);
      floorProcessor += processorTime(floor);
      const witness = await witnessLoudness(output, programs.ffmpeg);
      errors.push(Math.abs(witness.lufs - TARGET.lufs));
      peaks.push(witness.truePeakDb);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const seconds = sum(good.map((sample) => (sample.durationMs ?? 0) / 1000));
  const speed = (times: number[]) => seconds / (sum(times) / 1000);
  const bulletins = good.flatMap((sample, at) => (sample.kind === 'bulletin' || sample.kind === 'variant' ? [at] : []));
  const perFile = bulletins.map((at) => (floorTimes[at] ?? Number.NaN) / (ourTimes[at] ?? Number.NaN));
  return {
    name: 'clip ingest against two-pass loudnorm',
    floor: speed(floorTimes),
    ours: speed(ourTimes),
    ratio: speed(ourTimes) / speed(floorTimes),
    aim: 'at least 3 times as fast',
    unit: 'seconds of sound a second',
    notes: [
      `${good.length} samples, ${seconds.toFixed(0)} s of sound, median of ${ROUNDS} rounds each, same Opus settings`,
      `bulletins alone: ${Math.min(...perFile).toFixed(2)} to ${Math.max(...perFile).toFixed(2)} times, median ${median(perFile).toFixed(2)}`,
      `processor time: ${(floorProcessor / ourProcessor).toFixed(2)} times less (${(ourProcessor / 1000).toFixed(1)} s against ${(floorProcessor / 1000).toFixed(1)} s)`,
      `furthest from ${TARGET.lufs} LUFS by ffmpeg's ebur128: ${Math.max(...errors).toFixed(1)} LU (aim: 0.5)`,
      `highest true peak: ${Math.max(...peaks).toFixed(1)} dBTP (aim: at most ${TARGET.truePeakDb})`,
    ],
  };
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await benchIngest(process.env.PATH ?? ''), null, 2)}\n`);
}
