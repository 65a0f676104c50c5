import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../shared/core/fault.ts';
import type { Storage } from '../../ports/storage.ts';
import { lockFolder } from './dataLock.ts';
import { openJournalFile } from './journalFile.ts';
import { openDocument } from './lowdbDocument.ts';

/** Where clips lie within the data folder. */
export function clipsFolder(folder: string): string {
  return join(folder, 'clips');
}

/**
 * Makes the data folder if need be, and takes it for this agent alone.
 * @throws Fault `data.unwritable` or `data.inUse`
 */
export async function openDataFolder(folder: string, now: () => number, token: string): Promise<Storage> {
  try {
    await mkdir(clipsFolder(folder), { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
    await access(clipsFolder(folder), constants.W_OK | constants.X_OK);
    // It holds the broker password, whatever the folder was before.
    await chmod(folder, 0o700);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault(
      'invalid',
      'data.unwritable',
      `--data ${folder} cannot be written (${why}): give a folder that this user owns`,
      [],
      { cause },
    );
  }
  const release = await lockFolder(folder, token);
  return {
    document: (name, schema, initial) => openDocument(join(folder, `${name}.json`), schema, initial, now()),
    journal: () => openJournalFile(join(folder, 'journal'), now()),
    release,
  };
}
