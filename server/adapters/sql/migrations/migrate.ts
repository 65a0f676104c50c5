import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { z } from 'zod';
import { Fault } from '../../../../shared/core/fault.ts';
import type { Logger } from '../../../ports/system.ts';
import type { Tables } from '../tables.ts';
import { allMigrations } from './all.ts';
import type { Engine } from './columnTypes.ts';

/** Kysely's own list of what has been applied. */
const APPLIED = 'kysely_migration';

/**
 * Brings the database to the form that this code knows. Several processes may do so at once.
 * @throws Fault `unavailable` for a database that newer code has changed, or that cannot be changed
 */
export async function migrate(db: Kysely<Tables>, engine: Engine, log: Logger): Promise<void> {
  const migrations = allMigrations(engine);
  const unknown = (await applied(db)).filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0)
    throw new Fault(
      'unavailable',
      'database.newer',
      `the database was made by a newer version of Loa Bản (it has ${unknown.join(', ')}): run that version, ` +
        'or restore the backup made before it was first started',
      [{ field: 'LOABAN_DATABASE_URL', message: 'holds a database of a newer version' }],
    );
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    if (error instanceof Fault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'unavailable',
      'database.migration',
      `the database cannot be brought to this version (${reason}): nothing was changed; check that its user may create ` +
        'tables and that the disk is not full',
      [{ field: 'LOABAN_DATABASE_URL', message: reason }],
      { cause: error },
    );
  }
  for (const { migrationName, status } of results) log.info('database migrated', { migration: migrationName, status });
}

async function applied(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === APPLIED)) return [];
  const names = z.array(z.object({ name: z.string() }));
  return names
    .parse(await db.withTables<{ [APPLIED]: { name: string } }>().selectFrom(APPLIED).select('name').execute())
    .map((row) => row.name);
}
