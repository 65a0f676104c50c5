import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeForTest } from '../../../test/kit/correlate.ts';
import { findProgram, leftOut } from '../../../test/kit/needs.ts';
import { writeSynthClip } from '../../../test/kit/synthClip.ts';
import { waitFor } from '../../../test/kit/wait.ts';
import type { ClipDecoder, DecodedClip } from '../../ports/sound.ts';
import { FfmpegClipDecoder } from './clipDecoder.ts';
import { resolveFfmpegPath } from './ffmpegPath.ts';

async function readAll(clip: DecodedClip): Promise<Int16Array> {
  const chunks: Int16Array[] = [];
  for (let pcm = await clip.read(1920); pcm.length > 0; pcm = await clip.read(1920)) chunks.push(pcm);
  await clip.close();
  const all = new Int16Array(chunks.reduce((sum, pcm) => sum + pcm.length, 0));
  chunks.reduce((at, pcm) => {
    all.set(pcm, at);
    return at + pcm.length;
  }, 0);
  return all;
}

/** Child processes of this one that run ffmpeg. */
function ffmpegChildren(): number {
  const list = execFileSync('ps', ['-o', 'comm=', '--ppid', String(process.pid)]).toString('utf8');
  return list.split('\n').filter((name) => name.startsWith('ffmpeg')).length;
}

describe.skipIf(leftOut('the clip decoder', ['ffmpeg', 'ps']))('the clip decoder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaban-decode-'));
  const opus = join(folder, 'clip.opus');
  let decoder: ClipDecoder;

  beforeAll(() => {
    const wav = join(folder, 'clip.wav');
    writeSynthClip(wav, 5, 31);
    const ffmpeg = findProgram('ffmpeg') ?? 'ffmpeg';
    execFileSync(ffmpeg, ['-v', 'error', '-i', wav, '-c:a', 'libopus', '-b:a', '32k', opus]);
    decoder = new FfmpegClipDecoder(ffmpeg);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives every sample of a clip, bit for bit as in one go, and from any point on', async () => {
    const whole = await decodeForTest(opus);
    expect(Buffer.from((await readAll(await decoder.open(opus, 0))).buffer).equals(Buffer.from(whole.buffer))).toBe(
      true,
    );
    const late = await readAll(await decoder.open(opus, 6_543));
    expect(Buffer.from(late.buffer).equals(Buffer.from(whole.slice(6_543 * 48).buffer))).toBe(true);
    expect(await readAll(await decoder.open(opus, 40_000))).toHaveLength(0);
  });

  it('loses nothing when it is read as slowly as it plays', async () => {
    const clip = await decoder.open(opus, 9_000);
    let length = 0;
    for (let pcm = await clip.read(24_000); pcm.length > 0; pcm = await clip.read(24_000)) {
      length += pcm.length;
      await waitFor(() => ffmpegChildren() === 0, 'the next piece to be there');
    }
    await clip.close();
    expect(length).toBe((31_000 - 9_000) * 48);
  });

  it('ends its child when it is closed, and leaves none behind a piece', async () => {
    const clip = await decoder.open(opus, 0);
    expect(ffmpegChildren()).toBe(0);
    // So little is left of the first piece then that the next one is asked for.
    await clip.read(2 * 48_000);
    await clip.close();
    expect(ffmpegChildren()).toBe(0);
    expect(await clip.read(100)).toHaveLength(0);
  });

  it('says which file cannot be decoded, and why', async () => {
    const text = join(folder, 'text.opus');
    writeFileSync(text, 'no sound here');
    await expect(decoder.open(text, 0)).rejects.toThrow(/text\.opus cannot be decoded: .*Invalid data/s);
    await expect(decoder.open(join(folder, 'none.opus'), 0)).rejects.toThrow(/No such file/);
    const broken = new FfmpegClipDecoder('/nonexistent/ffmpeg');
    await expect(broken.open(opus, 0)).rejects.toThrow(/cannot be decoded/);
  });
});

describe('the path of ffmpeg', () => {
  const warnings: string[] = [];
  const log = { info: () => undefined, warn: (_: object, message: string) => warnings.push(message) };

  it("is the one that was named, the system's, or that of the package with a warning", () => {
    expect(resolveFfmpegPath({ LOABAN_FFMPEG: process.execPath, PATH: '' }, log)).toBe(process.execPath);
    expect(() => resolveFfmpegPath({ LOABAN_FFMPEG: '/nonexistent', PATH: '' }, log)).toThrow(/LOABAN_FFMPEG/);
    expect(warnings).toEqual([]);
    const packaged = (() => {
      try {
        return resolveFfmpegPath({ PATH: '' }, log);
      } catch (cause) {
        return String(cause);
      }
    })();
    if (packaged.startsWith('/')) expect(warnings).toHaveLength(1);
    else expect(packaged).toMatch(/ffmpeg is not installed/);
  });
});
