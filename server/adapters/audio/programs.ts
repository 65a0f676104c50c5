import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, copyFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AudioFault } from '../../ports/audio.ts';

/** The two programs behind all audio work. `warning` is null where they are the system's own. */
export interface AudioPrograms {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly warning: string | null;
}

const OLD_PROGRAMS =
  'No ffmpeg on this machine: using the one of 2018 that comes by npm. It is good enough to try things; before real use ' +
  'install the system package (Debian, Ubuntu: apt install ffmpeg).';
const NO_PROGRAMS =
  'ffmpeg and ffprobe are needed and were not found, neither on this machine nor among the npm packages. Install the ' +
  'system package (Debian, Ubuntu: apt install ffmpeg).';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // missing or not executable: the caller looks on or mends it
  }
}

function onPath(name: string, searchPath: string): string | null {
  const candidates = searchPath.split(delimiter).filter((folder) => folder !== '');
  return candidates.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/**
 * The npm package of ffprobe sets its execute bit in an install script, and we run none. So it is set here, or, where the
 * folder is not ours to change, on a copy in the temporary folder.
 */
function madeExecutable(path: string): string {
  if (isExecutable(path)) return path;
  try {
    chmodSync(path, 0o755);
    return path;
  } catch {
    const copy = join(mkdtempSync(join(tmpdir(), 'loaban-ffprobe-')), 'ffprobe');
    copyFileSync(path, copy);
    chmodSync(copy, 0o755);
    return copy;
  }
}

/** The programs inside the optional npm packages `@ffmpeg-installer/*` and `@ffprobe-installer/*`; null if not installed. */
export function npmPrograms(): AudioPrograms | null {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform}-${process.arch}`;
  try {
    // The binary itself is asked for, by its package's manifest: the wrapper packages throw on a missing execute bit.
    const folderOf = (name: string) => join(require.resolve(`${name}/package.json`), '..');
    return {
      ffmpeg: madeExecutable(join(folderOf(`@ffmpeg-installer/${platform}`), 'ffmpeg')),
      ffprobe: madeExecutable(join(folderOf(`@ffprobe-installer/${platform}`), 'ffprobe')),
      warning: OLD_PROGRAMS,
    };
  } catch {
    return null; // optional packages: absent on this platform, or left out with `npm ci --omit=optional`
  }
}

/**
 * The system's programs, else those from npm.
 * @param searchPath folders to look in, as in the variable PATH
 * Throws `AudioFault('failed')` when there are none.
 */
export function findPrograms(searchPath: string): AudioPrograms {
  const ffmpeg = onPath('ffmpeg', searchPath);
  const ffprobe = onPath('ffprobe', searchPath);
  if (ffmpeg !== null && ffprobe !== null) return { ffmpeg, ffprobe, warning: null };
  const fromNpm = npmPrograms();
  if (fromNpm === null) throw new AudioFault('failed', NO_PROGRAMS);
  return fromNpm;
}

/** "5.1.9-0+deb12u1" from the first line that `ffmpeg -version` or `ffprobe -version` prints. */
export async function versionOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['-version']);
  return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown version';
}
