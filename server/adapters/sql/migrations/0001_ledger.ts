import { sql } from 'kysely';
import { type AnyDatabase, clustered, columnTypes, type Engine } from './columnTypes.ts';

/** Planned plays and the records of the boxes. Never edited once released. */
export async function createLedger(db: AnyDatabase, engine: Engine): Promise<void> {
  const { text, whole } = columnTypes(engine);
  const { schema } = db;

  await schema
    .createTable('ledger_place')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('agent_id', text, (column) => column.notNull())
    .addColumn('village_id', text, (column) => column.notNull())
    .addColumn('village_name', text, (column) => column.notNull())
    .addColumn('area_path', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('ledger_place_agent').on('ledger_place').column('agent_id').execute();
  await schema.createIndex('ledger_place_village').on('ledger_place').column('village_id').execute();

  await schema
    .createTable('ledger_programme')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('class', text, (column) => column.notNull())
    .addColumn('rule_id', text, (column) => column.notNull())
    .addColumn('bulletin_id', text, (column) => column.notNull())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('campaign_id', text)
    .addColumn('theme_id', text)
    .addColumn('organisation_id', text)
    .addColumn('language', text, (column) => column.notNull())
    .addColumn('clip', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('ledger_programme_campaign').on('ledger_programme').column('campaign_id').execute();
  await schema.createIndex('ledger_programme_theme').on('ledger_programme').column('theme_id').execute();
  await schema.createIndex('ledger_programme_organisation').on('ledger_programme').column('organisation_id').execute();

  await clustered(
    schema
      .createTable('ledger_play')
      .addColumn('agent_id', text, (column) => column.notNull())
      .addColumn('item_id', text, (column) => column.notNull())
      .addColumn('at', whole, (column) => column.notNull())
      .addColumn('duration_ms', whole, (column) => column.notNull())
      .addColumn('day', text, (column) => column.notNull())
      .addColumn('repeat', whole, (column) => column.notNull())
      .addColumn('place_id', text, (column) => column.notNull().references('ledger_place.id'))
      .addColumn('programme_id', text, (column) => column.notNull().references('ledger_programme.id'))
      .addColumn('counts', whole, (column) => column.notNull())
      .addColumn('outcome', text)
      .addColumn('reason', text)
      .addColumn('started_at', whole)
      .addColumn('heard_ms', whole, (column) => column.notNull())
      .addColumn('decided_by', whole)
      .addPrimaryKeyConstraint('ledger_play_key', ['agent_id', 'item_id']),
    engine,
  ).execute();
  // No index holds what settling a play changes, so that settling touches one row and no tree.
  await schema.createIndex('ledger_play_at').on('ledger_play').columns(['at', 'agent_id', 'item_id']).execute();
  await schema.createIndex('ledger_play_place').on('ledger_play').columns(['place_id', 'at']).execute();
  await schema.createIndex('ledger_play_programme').on('ledger_play').columns(['programme_id', 'at']).execute();

  await clustered(
    schema
      .createTable('ledger_record')
      .addColumn('agent_id', text, (column) => column.notNull())
      .addColumn('n', whole, (column) => column.notNull())
      .addColumn('kind', text, (column) => column.notNull())
      .addColumn('item_id', text)
      .addColumn('received_at', whole, (column) => column.notNull())
      .addColumn('unplanned', whole, (column) => column.notNull())
      .addColumn('body', text, (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_record_key', ['agent_id', 'n']),
    engine,
  ).execute();
  await schema
    .createIndex('ledger_record_unplanned')
    .on('ledger_record')
    .columns(['agent_id', 'item_id'])
    .where(sql.ref('unplanned'), '=', 1)
    .execute();
  await schema
    .createIndex('ledger_record_unplanned_newest')
    .on('ledger_record')
    .columns(['received_at', 'agent_id', 'n'])
    .where(sql.ref('unplanned'), '=', 1)
    .execute();

  await schema
    .createTable('ledger_progress')
    .addColumn('agent_id', text, (column) => column.primaryKey())
    .addColumn('up_to', whole, (column) => column.notNull())
    .addColumn('highest', whole, (column) => column.notNull())
    .execute();
}
