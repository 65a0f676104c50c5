import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { witnessLoudness } from '../../audio-samples/ebur128.ts';
import { loadManifest, pathOfSample } from '../../audio-samples/manifest.ts';
import { FfmpegToolkit } from '../../server/adapters/audio/ffmpegToolkit.ts';
import { type AudioPrograms, findPrograms, npmPrograms } from '../../server/adapters/audio/programs.ts';
import { AudioFault } from '../../server/ports/audio.ts';
import { leftOut } from '../kit/needs.ts';

const TARGET = { lufs: -16, truePeakDb: -1.5 };
const { samples } = await loadManifest();
const good = samples.filter((sample) => sample.expectedFault === null);
const bad = samples.filter((sample) => sample.expectedFault !== null);
const bulletin = pathOfSample({ file: 'bulletins/chao-buoi-sang.mp3' });
const ignore = () => undefined;
const never = () => new AbortController().signal;
const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loaban-audio-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What must hold with whichever ffmpeg. */
function contract(programs: () => AudioPrograms, some: readonly (typeof samples)[number][]) {
  const kit = () => new FfmpegToolkit({ programs: programs() });
  const output = () => join(folder, 'clip.opus');

  it.each(some)('makes $file one loudness, with its peaks held, in the one shape', async (sample) => {
    const made = await kit().normalise(pathOfSample(sample), output(), TARGET, ignore, never());
    const witness = await witnessLoudness(output(), programs().ffmpeg);
    expect(Math.abs(witness.lufs - TARGET.lufs)).toBeLessThanOrEqual(0.5);
    expect(witness.truePeakDb).toBeLessThanOrEqual(TARGET.truePeakDb);
    // Our meters say of the finished file and of the original what ffmpeg's say.
    expect(Math.abs(made.lufs - witness.lufs)).toBeLessThanOrEqual(0.15);
    expect(Math.abs(made.truePeakDb - witness.truePeakDb)).toBeLessThanOrEqual(0.3);
    // EBU R 128 adds up the power of two channels; folded to one, the same sound reads 3 LU lower.
    const folded = sample.file === 'odd/stereo-44100.mp3' ? 3.01 : 0;
    expect(Math.abs(made.originalLufs + folded - (sample.lufs ?? Number.NaN))).toBeLessThanOrEqual(0.3);
    expect(Math.abs(made.originalTruePeakDb - (sample.truePeakDb ?? Number.NaN))).toBeLessThanOrEqual(0.7);
    expect(Math.abs(made.durationMs - (sample.durationMs ?? 0))).toBeLessThan(120);
    expect(made.peaks.length).toBe(2 * Math.ceil((made.durationMs / 1000) * made.peaksPerSecond - 1e-6));
    const shape = await kit().probe(output());
    expect(shape).toMatchObject({ codec: 'opus', container: 'ogg', sampleRate: 48_000, channels: 1 });
    expect(await readdir(folder)).toEqual(['clip.opus']);
  });

  it.each(bad)('refuses $file: $expectedFault', async ({ file, expectedFault }) => {
    const path = pathOfSample({ file });
    const refused = kit().normalise(path, output(), TARGET, ignore, never());
    await expect(refused).rejects.toThrow(AudioFault);
    await expect(refused).rejects.toMatchObject({ code: expectedFault });
    expect(await readdir(folder)).toEqual([]);
    if (expectedFault !== 'silent') await expect(kit().probe(path)).rejects.toMatchObject({ code: expectedFault });
  });
}

describe.skipIf(leftOut('audio toolkit on the system ffmpeg', ['ffmpeg', 'ffprobe']))('the audio toolkit', () => {
  const programs = () => findPrograms(process.env.PATH ?? '');
  const kit = () => new FfmpegToolkit({ programs: programs() });

  contract(programs, good);

  it('makes the same bytes of the same sound', async () => {
    const paths = ['a.opus', 'b.opus'].map((name) => join(folder, name));
    for (const path of paths) await kit().normalise(bulletin, path, TARGET, ignore, never());
    const [first, second] = await Promise.all(paths.map(sha256));
    expect(second).toBe(first);
  });

  it('tells how much of a recording was clipped', async () => {
    const share = async (file: string) => {
      const made = await kit().normalise(pathOfSample({ file }), join(folder, 'x.opus'), TARGET, ignore, never());
      return made.clippedShare;
    };
    expect(await share('odd/clipped.flac')).toBeGreaterThan(0.05);
    expect(await share('odd/quiet.flac')).toBe(0);
  });

  it('reports progress that only grows, from the beginning to 1', async () => {
    const seen: number[] = [];
    await kit().normalise(bulletin, join(folder, 'x.opus'), TARGET, (done) => seen.push(done), never());
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen[0]).toBeLessThan(0.3);
    expect(seen.at(-1)).toBe(1);
  });

  it.each([0.05, 0.5])('leaves nothing when it is aborted at %d of the work', async (when) => {
    const controller = new AbortController();
    const stop = (done: number) => {
      if (done >= when) controller.abort(new Error('the editor went away'));
    };
    const work = kit().normalise(bulletin, join(folder, 'x.opus'), TARGET, stop, controller.signal);
    await expect(work).rejects.toThrow('the editor went away');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses whatever breaks off, in each format that can tell', async () => {
    for (const file of [
      'odd/telephone-8000.wav',
      'odd/clipped.flac',
      'bulletins/khuyen-hoc.m4a',
      'bulletins/chuyen-doi-so.opus',
    ]) {
      const path = join(folder, 'half');
      await copyFile(pathOfSample({ file }), path);
      await truncate(path, Math.floor((samples.find((sample) => sample.file === file)?.bytes ?? 0) * 0.6));
      const refused = kit().normalise(path, join(folder, 'x.opus'), TARGET, ignore, never());
      await expect(refused, file).rejects.toMatchObject({ code: 'truncated' });
    }
  });

  it('refuses what is longer than allowed, by its word and by decoding', async () => {
    const short = new FfmpegToolkit({ programs: programs(), longestMinutes: 0.2 });
    await expect(short.probe(bulletin)).rejects.toMatchObject({ code: 'tooLong' });
    const work = short.normalise(bulletin, join(folder, 'x.opus'), TARGET, ignore, never());
    await expect(work).rejects.toMatchObject({ code: 'tooLong' });
  });

  it('does not follow a playlist to other files, and does not trust a name', async () => {
    const list = join(folder, 'list.mp3');
    await writeFile(list, `#EXTM3U\n#EXTINF:10,\nfile://${bulletin}\n`);
    await expect(kit().probe(list)).rejects.toMatchObject({ code: 'notAudio' });
    const concat = join(folder, 'concat.wav');
    await writeFile(concat, `ffconcat version 1.0\nfile '${bulletin}'\n`);
    await expect(kit().probe(concat)).rejects.toMatchObject({ code: 'notAudio' });
    const strange = join(folder, '-i %03d.m3u8');
    await copyFile(bulletin, strange);
    expect(await kit().probe(strange)).toMatchObject({ codec: 'mp3', sampleRate: 22_050, channels: 1 });
  });

  it('names its programs, without a warning', async () => {
    const { ffmpeg, ffprobe, warning } = await kit().describe();
    expect(ffmpeg).toMatch(/ffmpeg \d/);
    expect(ffprobe).toMatch(/ffprobe \d/);
    expect(warning).toBeNull();
  });
});

const fromNpm = npmPrograms();

describe.skipIf(fromNpm === null)('the audio toolkit on the programs from npm', () => {
  const programs = () => fromNpm ?? findPrograms('');
  const few = ['variants/phong-chong-thien-tai.en.opus', 'odd/stereo-44100.mp3', 'odd/telephone-8000.wav'];

  contract(
    programs,
    good.filter((sample) => few.includes(sample.file)),
  );

  it('warns that they are old', async () => {
    const { warning } = await new FfmpegToolkit({ programs: programs() }).describe();
    expect(warning).toContain('apt install ffmpeg');
    expect(findPrograms('').ffmpeg).toBe(programs().ffmpeg);
  });
});
