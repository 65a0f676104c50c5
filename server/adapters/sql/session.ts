import type { Kysely } from 'kysely';
import type { Engine } from './migrations/columnTypes.ts';
import type { Tables } from './tables.ts';

/** Where a repository's statements run: in a transaction, or each on its own. */
export interface Session {
  readonly db: Kysely<Tables>;
  readonly engine: Engine;
  /** Runs several statements as one: in the transaction at hand, else in one of their own. */
  atomically<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
}
