import type { Migration } from 'kysely/migration';
import { createLedger } from './0001_ledger.ts';
import { createRegistry } from './0001_registry.ts';
import { createRunning } from './0001_running.ts';
import type { AnyDatabase, Engine } from './columnTypes.ts';

/**
 * Every migration there is, by name. A new one is added at the end with the next number; a released one is never
 * changed. There is no way back: the backup made before an upgrade is.
 */
export function allMigrations(engine: Engine): Record<string, Migration> {
  return {
    '0001_first': {
      async up(db: AnyDatabase) {
        await createRegistry(db, engine);
        await createRunning(db, engine);
        await createLedger(db, engine);
      },
    },
  };
}
