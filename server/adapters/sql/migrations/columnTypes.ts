import { type CreateTableBuilder, type Kysely, type RawBuilder, sql } from 'kysely';

export type Engine = 'sqlite' | 'postgres';

/** What the engines call the same thing. */
export interface ColumnTypes {
  /** Compared byte by byte on both, so that pages come in one order whatever the locale of the server. */
  readonly text: RawBuilder<unknown>;
  readonly bytes: RawBuilder<unknown>;
  /** Whole numbers to 2^53, instants among them. */
  readonly whole: 'bigint';
  readonly real: 'double precision';
  /** A primary key that the engine counts up and never gives again. */
  readonly counter: RawBuilder<unknown>;
}

export function columnTypes(engine: Engine): ColumnTypes {
  const common = { whole: 'bigint', real: 'double precision' } as const;
  if (engine === 'sqlite')
    return { ...common, text: sql`text`, bytes: sql`blob`, counter: sql`integer primary key autoincrement` };
  return {
    ...common,
    text: sql`text collate "C"`,
    bytes: sql`bytea`,
    counter: sql`bigint generated always as identity primary key`,
  };
}

/** Rows stored in the order of their primary key, where the engine can: one tree to walk instead of two. */
export function clustered<Name extends string, Columns extends string>(
  table: CreateTableBuilder<Name, Columns>,
  engine: Engine,
): CreateTableBuilder<Name, Columns> {
  return engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table;
}

/** A migration knows tables by name only: the types in `tables.ts` are those of the newest one. */
export type AnyDatabase = Kysely<unknown>;
