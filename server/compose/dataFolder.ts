import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../../shared/core/fault.ts';

/**
 * Makes the data folder if need be, for this user alone (it holds the signing key and all hashes), and tries whether it
 * can be written.
 * @returns its absolute path
 * @throws Fault `data.unusable`
 */
export async function openDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await makeFolder(folder);
    await chmod(folder, 0o700);
    const trial = join(folder, `.trial.${process.pid}`);
    await writeFile(trial, '', { mode: 0o600 });
    await rm(trial);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'unavailable',
      'data.unusable',
      `the data folder ${folder} cannot be used (${reason}): give one that this user may write, by LOABAN_DATA_DIR`,
      [],
      { cause: error },
    );
  }
  return folder;
}

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a folder exists in which none can be made
 * and the system says so by ENOENT, as below /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const above = dirname(folder);
    const aboveIsThere = above === folder || (await stat(above).catch(() => null)) !== null;
    if (code !== 'ENOENT' || aboveIsThere) throw error;
    await makeFolder(above);
    await mkdir(folder, { mode: 0o700 });
  }
}
