import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { leftOut } from '../test/kit/needs.ts';
import { witnessLoudness } from './ebur128.ts';
import { loadManifest, pathOfSample, SAMPLES_FOLDER } from './manifest.ts';

const { samples } = await loadManifest();
const FOLDERS = ['bulletins', 'variants', 'tones', 'odd', 'bad'];

describe('the audio samples', () => {
  it('are the very files that the manifest lists, no more and no fewer', async () => {
    const there = await Promise.all(
      FOLDERS.map(async (folder) => (await readdir(`${SAMPLES_FOLDER}/${folder}`)).map((name) => `${folder}/${name}`)),
    );
    expect(samples.map((sample) => sample.file).toSorted()).toEqual(there.flat().toSorted());
    for (const sample of samples) {
      const bytes = await readFile(pathOfSample(sample));
      expect(createHash('sha256').update(bytes).digest('hex'), sample.file).toBe(sample.sha256);
      expect(bytes.length, sample.file).toBe(sample.bytes);
    }
  });

  it('are small enough to be cloned over a slow line', () => {
    expect(samples.reduce((sum, sample) => sum + sample.bytes, 0)).toBeLessThan(5_000_000);
  });

  it('hold at least six Vietnamese bulletins of 15 s to 2 min, each with its words', async () => {
    const bulletins = samples.filter((sample) => sample.kind === 'bulletin' && sample.language === 'vi');
    expect(bulletins.length).toBeGreaterThanOrEqual(6);
    for (const { file, durationMs, text } of bulletins) {
      expect(durationMs, file).toBeGreaterThanOrEqual(15_000);
      expect(durationMs, file).toBeLessThanOrEqual(120_000);
      expect(await readFile(pathOfSample({ file: text ?? '' }), 'utf8'), file).toMatch(/[ạảấầậắặẹếềệỉịọốồộớờợụứừựỳỵđ]/);
    }
  });

  it('have a sample of each fault that a file can have by itself', () => {
    const faults = new Set(samples.map((sample) => sample.expectedFault));
    expect(faults).toEqual(new Set([null, 'empty', 'notAudio', 'truncated', 'silent', 'tooShort']));
  });

  it.skipIf(leftOut('loudness of the audio samples', ['ffmpeg']))(
    'are as long and as loud as the manifest says',
    async () => {
      for (const sample of samples.filter((each) => each.durationMs !== null)) {
        const measured = await witnessLoudness(pathOfSample(sample));
        expect(Math.abs(measured.durationMs - (sample.durationMs ?? 0)), sample.file).toBeLessThan(60);
        if (sample.lufs !== null) expect(Math.abs(measured.lufs - sample.lufs), sample.file).toBeLessThanOrEqual(0.2);
      }
    },
  );
});
