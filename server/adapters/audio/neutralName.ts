import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Lets `use` see a file under a name that says nothing: ffmpeg takes hints from a file's ending, and a name from outside
 * may begin with '-' or hold signs that ffmpeg reads as a pattern or a protocol. Content alone decides.
 * @param use also gets the folder, empty but for the name, for files that are to go with it
 */
export async function withNeutralName<T>(
  path: string,
  use: (neutral: string, scratch: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'loaban-audio-'));
  try {
    const neutral = join(folder, 'input');
    await symlink(resolve(path), neutral);
    return await use(neutral, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
