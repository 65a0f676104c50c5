import { type Kysely, sql } from 'kysely';
import type { Page, Repository } from '../../ports/store.ts';
import type { Tables } from './tables.ts';

type Database = Kysely<Tables>;
/** The tables whose key is a text column `id`. */
type TableById = { [Name in keyof Tables]: Tables[Name] extends { id: string } ? Name : never }[keyof Tables];

/**
 * The five requests that every table with an id has in common.
 * @param toRow all columns of a row
 * @param fromRow the model, parsed where the row holds JSON
 */
export function rowsById<Name extends TableById, Model extends { readonly id: string }>(
  db: Database,
  name: Name,
  toRow: (model: Model) => Tables[Name],
  fromRow: (row: Tables[Name]) => Model,
): Repository<Model> {
  const table = sql.table(name);
  const cells = (model: Model): [string, unknown][] => {
    const row: object = toRow(model);
    return Object.entries(row);
  };
  return {
    async get(id) {
      const { rows } = await sql<Tables[Name]>`select * from ${table} where id = ${id}`.execute(db);
      return rows[0] ? fromRow(rows[0]) : null;
    },
    async all() {
      const { rows } = await sql<Tables[Name]>`select * from ${table} order by id`.execute(db);
      return rows.map(fromRow);
    },
    async page({ limit, after = '' }: Page) {
      const { rows } = await sql<
        Tables[Name]
      >`select * from ${table} where id > ${after} order by id limit ${limit}`.execute(db);
      return rows.map(fromRow);
    },
    async insert(model) {
      const row = cells(model);
      const columns = sql.join(row.map(([column]) => sql.ref(column)));
      await sql`insert into ${table} (${columns}) values (${sql.join(row.map(([, value]) => value))})`.execute(db);
    },
    async update(model) {
      const changes = sql.join(cells(model).map(([column, value]) => sql`${sql.ref(column)} = ${value}`));
      const { numAffectedRows } = await sql`update ${table} set ${changes} where id = ${model.id}`.execute(db);
      if (numAffectedRows !== 1n) throw new Error(`${name} has no ${model.id} to update`);
    },
  };
}
