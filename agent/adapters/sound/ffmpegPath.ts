import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { SoundLog } from '../../ports/sound.ts';

/**
 * The ffmpeg to run: the one named in `LOABAN_FFMPEG`, else the system's, else the binary inside the optional package
 * `@ffmpeg-installer/ffmpeg`, with a warning (it is of 2018).
 * @throws Error that says what to install when there is none
 */
export function resolveFfmpegPath(env: Readonly<Record<string, string | undefined>>, log: SoundLog): string {
  const named = env.LOABAN_FFMPEG;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`LOABAN_FFMPEG=${named} is not a program; give the full path of ffmpeg, or unset it`);
  }
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && isProgram(join(folder, 'ffmpeg'))) return join(folder, 'ffmpeg');
  }
  const packaged = packagedFfmpeg();
  if (packaged !== null) {
    log.warn(
      { path: packaged },
      "no ffmpeg on this system; the old one of an npm package is used. Install the system's",
    );
    return packaged;
  }
  throw new Error('ffmpeg is not installed; install it (Debian: apt install ffmpeg) or set LOABAN_FFMPEG to its path');
}

function packagedFfmpeg(): string | null {
  try {
    const found: unknown = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg');
    if (typeof found !== 'object' || found === null || !('path' in found)) return null;
    return typeof found.path === 'string' && isProgram(found.path) ? found.path : null;
  } catch {
    return null; // the optional package is absent, or has no binary for this machine
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
