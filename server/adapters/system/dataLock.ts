import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../../shared/core/fault.ts';

/**
 * Takes the data folder for this server alone. The lock is the operating system's own, by way of SQLite, so it is gone
 * with the process however that ended: nothing stale is ever left.
 * @returns lets go of it
 * @throws Fault `data.inUse`
 */
export function lockDataFolder(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  try {
    database.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    database.close();
    if (!(error instanceof Error) || !/locked|busy/i.test(error.message)) throw error;
    throw new Fault(
      'conflict',
      'data.inUse',
      `the data folder ${folder} is in use by another server: stop that one, or give this one a folder of its own by LOABAN_DATA_DIR`,
      [],
      { cause: error },
    );
  }
  return () => database.close();
}
