import { Kysely, sql } from 'kysely';
import type { Store } from '../../ports/store.ts';
import type { Logger } from '../../ports/system.ts';
import { asDatabaseFault } from './engine/databaseFault.ts';
import { parseDatabaseUrl } from './engine/databaseUrl.ts';
import { Exclusive } from './engine/exclusive.ts';
import { openPostgres } from './engine/openPostgres.ts';
import { openSqlite } from './engine/openSqlite.ts';
import { migrate } from './migrations/migrate.ts';
import { allRepositories } from './repositories/all.ts';
import type { Tables } from './tables.ts';

/** Of the lock that keeps transactions of several processes one after the other on PostgreSQL; any number, always this one. */
const WRITER_LOCK = 5_629_482_001;

/**
 * Opens the database and brings it to this version.
 * @param url `sqlite::memory:`, `sqlite:/path/to/file` or `postgres://user:password@host/database`
 * @throws Fault `invalid` for an address that is none, `unavailable` when the database cannot be used; both name the remedy
 */
export async function openStore({ url, log }: { url: string; log: Logger }): Promise<Store> {
  const address = parseDatabaseUrl(url);
  const { engine } = address;
  const exclusive = new Exclusive();
  const dialect =
    engine === 'sqlite' ? openSqlite(address.path, exclusive) : openPostgres(address.url, address.shown, log);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db, engine, log);
  } catch (error) {
    await db.destroy();
    throw error;
  }

  /**
   * On both engines transactions run one after the other: use cases look and then write, and may rely on what they saw.
   * Within this process they queue here, so that on PostgreSQL those who wait hold no connection.
   */
  const atomically = <T>(work: (transaction: Kysely<Tables>) => Promise<T>): Promise<T> =>
    exclusive.run(async () => {
      try {
        return await db.transaction().execute(async (transaction) => {
          if (engine === 'postgres')
            await sql`select pg_advisory_xact_lock(${sql.lit(WRITER_LOCK)})`.execute(transaction);
          return await work(transaction);
        });
      } catch (error) {
        throw asDatabaseFault(error);
      }
    });

  return {
    repositories: allRepositories({ db, engine, atomically }),
    transaction: (work) =>
      atomically((transaction) =>
        work(allRepositories({ db: transaction, engine, atomically: (inner) => inner(transaction) })),
      ),
    async ping() {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
