import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder's entries (new names, renames) survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file so that after a power cut there is either the old content or the new, never a mixture: temporary file,
 * fsync, rename, fsync of the folder. Resolves when it is on the disk for good.
 * @param mode permissions of the file
 */
export async function writeDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`;
  let handle: FileHandle | null = await open(temporary, 'w', mode);
  try {
    await handle.writeFile(text, 'utf8');
    await handle.sync();
    await handle.close();
    handle = null;
    await rename(temporary, path);
  } catch (cause) {
    await handle?.close();
    await unlink(temporary).catch(() => undefined); // may never have come to be; the first failure is what matters
    throw cause;
  }
  await syncFolder(dirname(path));
}

/** Moves a broken file out of the way under a name that says when; nothing is ever deleted. Returns the new path. */
export async function setAside(path: string, now: number): Promise<string> {
  const aside = `${path}.corrupt-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
  await rename(path, aside);
  await syncFolder(dirname(path));
  return aside;
}

export function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** Gives a finished file its name for good: rename, then fsync of the folder. The file itself must be synced already. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}
