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
import { type AudioPrograms, findPrograms } from '../../server/adapters/audio/programs.ts';
import { type BenchResult, median } from './result.ts';

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

interface Comparison {
  readonly file: string;
  /** Seconds of sound. */
  readonly seconds: number;
  readonly ours: Cost[];
  readonly floor: Cost[];
  /** By ffmpeg's own meter, on our finished file. */
  readonly lufs: number;
  readonly truePeakDb: number;
}

/** Runs both on one file in turn, and looks at what ours made. */
async function compare(programs: AudioPrograms, input: string, folder: string, rounds: number): Promise<Comparison> {
  const toolkit = new FfmpegToolkit({ programs });
  const output = join(folder, 'ours.opus');
  const never = new AbortController().signal;
  const ours: Cost[] = [];
  const floor: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    floor.push(await costOf(() => twoPassLoudnorm(programs.ffmpeg, input, join(folder, 'floor.opus'))));
    ours.push(await costOf(() => toolkit.normalise(input, output, TARGET, () => undefined, never)));
  }
  const { durationMs, lufs, truePeakDb } = await witnessLoudness(output, programs.ffmpeg);
  return { file: input, seconds: durationMs / 1000, ours, floor, lufs, truePeakDb };
}

/** All clips one after the other in one MP3: as long as a village's evening programme. */
async function programmeOf(ffmpeg: string, inputs: string[], output: string): Promise<string> {
  const chains = inputs.map((_, i) => `[${i}:a:0]aresample=44100,aformat=channel_layouts=mono[s${i}]`);
  const joined = `${inputs.map((_, i) => `[s${i}]`).join('')}concat=n=${inputs.length}:v=0:a=1`;
  const files = inputs.flatMap((input) => ['-i', input]);
  const filter = ['-filter_complex', [...chains, joined].join(';')];
  await promisify(execFile)(ffmpeg, ['-v', 'error', '-nostdin', '-y', ...files, ...filter, '-b:a', '64k', output]);
  return output;
}

/** Seconds of sound a second, by the median round of each file. */
const speed = (side: 'ours' | 'floor', files: Comparison[]) =>
  sum(files.map((file) => file.seconds)) / (sum(files.map((file) => medianWall(file[side]))) / 1000);
const times = (files: Comparison[]) => speed('ours', files) / speed('floor', files);
const processor = (side: 'ours' | 'floor', files: Comparison[]) =>
  sum(files.map((file) => processorTime(file[side]))) / 1000;

/**
 * Speed of clip ingest (look into the file, decode, measure, normalise, encode, measure the finished file, draw the
 * waveform) on the spoken samples, against two-pass loudnorm with the same Opus settings, file by file in turn in the same
 * run. The short samples of 3 to 12 s, which are mostly starting of programs, and one long programme stand in the notes.
 * Runs on Linux.
 * @param searchPath where to look for ffmpeg, as in the variable PATH
 */
export async function benchIngest(searchPath: string): Promise<BenchResult> {
  const programs = findPrograms(searchPath);
  const { samples } = await loadManifest();
  const good = samples.filter((sample) => sample.expectedFault === null);
  const spokenPaths = good.filter(({ kind }) => kind === 'bulletin' || kind === 'variant').map(pathOfSample);
  const shortPaths = good.map(pathOfSample).filter((path) => !spokenPaths.includes(path));
  const folder = await mkdtemp(join(tmpdir(), 'loaban-bench-ingest-'));
  try {
    // The first run of all also asks ffmpeg what it can do; fluent-ffmpeg remembers the answer.
    await compare(programs, spokenPaths[0] ?? '', folder, 1);
    const spoken: Comparison[] = [];
    const short: Comparison[] = [];
    for (const path of spokenPaths) spoken.push(await compare(programs, path, folder, ROUNDS));
    for (const path of shortPaths) short.push(await compare(programs, path, folder, ROUNDS));
    const programme = await programmeOf(programs.ffmpeg, spokenPaths, join(folder, 'programme.mp3'));
    const long = await compare(programs, programme, folder, 1);
    const all = [...spoken, ...short, long];
    const each = spoken.map((file) => times([file]));
    const [ourProcessor, floorProcessor] = [processor('ours', spoken), processor('floor', spoken)];
    return {
      name: 'clip ingest against two-pass loudnorm',
      floor: speed('floor', spoken),
      ours: speed('ours', spoken),
      ratio: times(spoken),
      aim: 'at least 3 times as fast',
      unit: 'seconds of sound a second',
      notes: [
        `${spoken.length} spoken samples, ${sum(spoken.map((file) => file.seconds)).toFixed(0)} s of sound, median of ${ROUNDS} rounds each, same Opus settings`,
        `file by file: ${Math.min(...each).toFixed(2)} to ${Math.max(...each).toFixed(2)} times, median ${median(each).toFixed(2)}`,
        `processor time, all of a round: ${(floorProcessor / ourProcessor).toFixed(2)} times less (${(ourProcessor / ROUNDS).toFixed(1)} s against ${(floorProcessor / ROUNDS).toFixed(1)} s)`,
        `${short.length} samples of 3 to 12 s: ${times(short).toFixed(2)} times; all samples: ${times([...spoken, ...short]).toFixed(2)} times`,
        `one programme of ${(long.seconds / 60).toFixed(1)} min: ${times([long]).toFixed(2)} times (${speed('ours', [long]).toFixed(0)} against ${speed('floor', [long]).toFixed(0)})`,
        `furthest from ${TARGET.lufs} LUFS by ffmpeg's ebur128: ${Math.max(...all.map(({ lufs }) => Math.abs(lufs - TARGET.lufs))).toFixed(1)} LU (aim: 0.5)`,
        `highest true peak: ${Math.max(...all.map(({ truePeakDb }) => truePeakDb)).toFixed(1)} dBTP (aim: at most ${TARGET.truePeakDb})`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(await benchIngest(process.env.PATH ?? ''), null, 2)}\n`);
}
