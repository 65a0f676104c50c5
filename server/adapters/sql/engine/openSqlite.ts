import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../../../../shared/core/fault.ts';
import type { Exclusive } from './exclusive.ts';
import { NodeSqliteDialect } from './sqliteDialect.ts';

/** How long a lock of another process is waited for, in ms; the event loop stands still meanwhile. */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens (or makes) a database file, or one in memory for `:memory:`.
 * @throws Fault `unavailable` that names the file and the remedy
 */
export function openSqlite(path: string, exclusive: Exclusive): NodeSqliteDialect {
  const inMemory = path === ':memory:';
  const file = inMemory ? path : resolve(path);
  const opened: DatabaseSync[] = [];
  try {
    const writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
    opened.push(writer);
    // WAL lets reads go on beside the writer; FULL makes a commit durable before it returns.
    if (!inMemory) writer.exec('pragma journal_mode = wal');
    writer.exec('pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -65536');
    if (inMemory) return new NodeSqliteDialect({ writer, reader: null }, exclusive);
    const reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT, readOnly: true });
    opened.push(reader);
    reader.exec('pragma cache_size = -65536');
    return new NodeSqliteDialect({ writer, reader }, exclusive);
  } catch (error) {
    for (const database of opened) database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(
      'unavailable',
      'database.unusable',
      `the database ${file} cannot be used (${reason}): check that its folder exists, that this user may write there, ` +
        'that the disk is not full, and that the file is a Loa Bản database',
      [{ field: 'LOABAN_DATABASE_URL', message: reason }],
      { cause: error },
    );
  }
}
