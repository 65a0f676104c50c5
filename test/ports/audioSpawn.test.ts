import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pathOfSample } from '../../audio-samples/manifest.ts';
import { FfmpegToolkit } from '../../server/adapters/audio/ffmpegToolkit.ts';
import { findPrograms } from '../../server/adapters/audio/programs.ts';
import { AudioFault } from '../../server/ports/audio.ts';

it('an ffmpeg that cannot be started is a fault of that clip and of nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loaban-spawn-'));
  try {
    const programs = { ...findPrograms(process.env.PATH ?? ''), ffmpeg: join(folder, 'gone') };
    const work = new FfmpegToolkit({ programs }).normalise(
      pathOfSample({ file: 'tones/opening-chime.opus' }),
      join(folder, 'out.opus'),
      { lufs: -16, truePeakDb: -1.5 },
      () => undefined,
      new AbortController().signal,
    );
    const fault = await work.then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toBeInstanceOf(AudioFault);
    expect(fault instanceof AudioFault ? fault.code : '').toBe('failed');
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
