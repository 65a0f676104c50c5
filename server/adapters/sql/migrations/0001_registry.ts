import { type AnyDatabase, columnTypes, type Engine } from './columnTypes.ts';

/** Areas, organisations, campaigns, bulletins, clips, rules, agents and users. Never edited once released. */
export async function createRegistry(db: AnyDatabase, engine: Engine): Promise<void> {
  const { text, bytes, whole, real, counter } = columnTypes(engine);
  const { schema } = db;

  await schema
    .createTable('area')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('code', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('parent_id', text, (column) => column.references('area.id'))
    .addColumn('valid_from', text, (column) => column.notNull())
    .addColumn('valid_to', text)
    .addColumn('languages', text, (column) => column.notNull())
    .addColumn('lat', real)
    .addColumn('lon', real)
    .addColumn('former_names', text, (column) => column.notNull())
    .addColumn('former_parents', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('area_code').on('area').column('code').execute();
  await schema.createIndex('area_parent').on('area').column('parent_id').execute();

  await schema
    .createTable('window_policy')
    .addColumn('area_id', text, (column) => column.primaryKey().references('area.id'))
    .addColumn('policy', text, (column) => column.notNull())
    .execute();

  await schema
    .createTable('organisation')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('short_name', text)
    .addColumn('area_id', text, (column) => column.references('area.id'))
    .execute();

  await schema
    .createTable('campaign')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('document_number', text)
    .addColumn('issuer', text)
    .addColumn('first_day', text, (column) => column.notNull())
    .addColumn('last_day', text, (column) => column.notNull())
    .addColumn('movements', text, (column) => column.notNull())
    .addColumn('area_ids', text, (column) => column.notNull())
    .addColumn('organisation_ids', text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('theme')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('campaign_id', text, (column) => column.notNull().references('campaign.id'))
    .addColumn('position', whole, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .execute();
  await schema.createIndex('theme_campaign').on('theme').columns(['campaign_id', 'position']).execute();

  await schema
    .createTable('bulletin')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('title', text, (column) => column.notNull())
    .addColumn('class', text, (column) => column.notNull())
    .addColumn('campaign_id', text, (column) => column.references('campaign.id'))
    .addColumn('theme_id', text, (column) => column.references('theme.id'))
    .addColumn('organisation_id', text, (column) => column.references('organisation.id'))
    .addColumn('area_id', text, (column) => column.notNull().references('area.id'))
    .addColumn('text', text, (column) => column.notNull())
    .execute();
  // Without it, taking a theme away reads every bulletin to see whether one names it.
  await schema.createIndex('bulletin_theme').on('bulletin').column('theme_id').execute();

  await schema
    .createTable('clip')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('bulletin_id', text, (column) => column.notNull().references('bulletin.id'))
    .addColumn('language', text, (column) => column.notNull())
    .addColumn('voice', text)
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('processing_state', text, (column) => column.notNull())
    .addColumn('processing', text, (column) => column.notNull())
    .addColumn('original_sha256', text, (column) => column.notNull())
    .addColumn('original_bytes', whole, (column) => column.notNull())
    .addColumn('original_name', text, (column) => column.notNull())
    .addColumn('audio_sha256', text)
    .addColumn('audio', text)
    .addColumn('approved_sha256', text)
    .addColumn('reason', text)
    .addColumn('uploaded_at', whole, (column) => column.notNull())
    .execute();
  await schema.createIndex('clip_bulletin').on('clip').column('bulletin_id').execute();
  await schema.createIndex('clip_state').on('clip').column('state').execute();
  await schema.createIndex('clip_processing').on('clip').column('processing_state').execute();
  await schema.createIndex('clip_audio').on('clip').column('audio_sha256').execute();

  // Beside the clip: lists of clips must not read their waveforms.
  await schema
    .createTable('clip_peaks')
    .addColumn('clip_id', text, (column) => column.primaryKey().references('clip.id'))
    .addColumn('peaks_per_second', whole, (column) => column.notNull())
    .addColumn('peaks', bytes, (column) => column.notNull())
    .execute();

  await schema
    .createTable('approval')
    .addColumn('n', counter)
    .addColumn('clip_id', text, (column) => column.notNull().references('clip.id'))
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('by_user', text, (column) => column.notNull())
    .addColumn('at', whole, (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('sha256', text)
    .execute();
  await schema.createIndex('approval_clip').on('approval').columns(['clip_id', 'n']).execute();

  await schema
    .createTable('schedule_rule')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('bulletin_id', text, (column) => column.notNull().references('bulletin.id'))
    .addColumn('area_ids', text, (column) => column.notNull())
    .addColumn('weekdays', text, (column) => column.notNull())
    .addColumn('dates', text, (column) => column.notNull())
    .addColumn('times', text, (column) => column.notNull())
    .addColumn('first_day', text)
    .addColumn('last_day', text)
    .addColumn('repeats', whole, (column) => column.notNull())
    .addColumn('repeat_gap_seconds', whole, (column) => column.notNull())
    .addColumn('active', whole, (column) => column.notNull())
    .execute();
  await schema.createIndex('schedule_rule_bulletin').on('schedule_rule').column('bulletin_id').execute();
}
