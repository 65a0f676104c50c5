import { type AliasedRawBuilder, type RawBuilder, sql } from 'kysely';
import type { Engine } from './migrations/columnTypes.ts';

type Column = 'text' | 'bigint';
type Value<Type extends Column> = Type extends 'text' ? string | null : number | null;
export type GivenRow<Columns extends Record<string, Column>> = { [Name in keyof Columns]: Value<Columns[Name]> };

/**
 * Rows from here as a table for a statement, to insert or to join with thousands of them at once. They go as one JSON
 * parameter: the statement's text stays the same whatever their number, so that it is prepared once, and no engine's
 * limit on parameters is met.
 * @param columns their types, by name
 */
export function given<Columns extends Record<string, Column>>(
  engine: Engine,
  columns: Columns,
  rows: readonly GivenRow<Columns>[],
): AliasedRawBuilder<GivenRow<Columns>, 'given'> {
  const names = Object.keys(columns);
  const json = JSON.stringify(rows.map((row) => names.map((name) => row[name])));
  const elements: RawBuilder<unknown> =
    engine === 'sqlite' ? sql`json_each(${json})` : sql`jsonb_array_elements(cast(${json} as jsonb))`;
  const cells = names.map(
    (name, index) => sql`cast(value ->> ${sql.lit(index)} as ${sql.raw(columns[name] ?? 'text')}) as ${sql.ref(name)}`,
  );
  return sql<GivenRow<Columns>>`(select ${sql.join(cells)} from ${elements})`.as('given');
}

/** Splits a list, so that no single parameter grows without bound. */
export function* chunks<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size);
}
