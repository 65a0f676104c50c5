import { type AnyDatabase, columnTypes, type Engine } from './columnTypes.ts';

/** Agents, what goes out to them, users and the audit log. Never edited once released. */
export async function createRunning(db: AnyDatabase, engine: Engine): Promise<void> {
  const { text, whole, counter } = columnTypes(engine);
  const { schema } = db;

  await schema
    .createTable('agent')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('village_id', text, (column) => column.notNull().references('area.id'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('created_at', whole, (column) => column.notNull())
    .addColumn('enrolled_at', whole)
    .addColumn('plan_seq', whole, (column) => column.notNull())
    .execute();
  await schema.createIndex('agent_village').on('agent').column('village_id').execute();

  await schema
    .createTable('agent_secret')
    .addColumn('agent_id', text, (column) => column.primaryKey().references('agent.id'))
    .addColumn('code_hash', text, (column) => column.unique())
    .addColumn('code_expires_at', whole)
    .addColumn('installation_hash', text)
    .addColumn('broker_password_hash', text)
    .execute();

  // Beside the agent: it changes every minute, the agent hardly ever.
  await schema
    .createTable('agent_status')
    .addColumn('agent_id', text, (column) => column.primaryKey().references('agent.id'))
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('heard_at', whole, (column) => column.notNull())
    .execute();

  await schema
    .createTable('outgoing')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('seq', whole, (column) => column.notNull())
    .addColumn('body_hash', text, (column) => column.notNull())
    .addColumn('jws', text, (column) => column.notNull())
    .addColumn('expires_at', whole, (column) => column.notNull())
    .addColumn('published', whole, (column) => column.notNull())
    .addColumn('position', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('outgoing_key', ['kind', 'subject'])
    .execute();
  await schema.createIndex('outgoing_position').on('outgoing').column('position').execute();
  await schema.createIndex('outgoing_unpublished').on('outgoing').columns(['published', 'position']).execute();

  // Beside the message: a removed message must not give its numbers again.
  await schema
    .createTable('outgoing_sequence')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('seq', whole, (column) => column.notNull())
    .addPrimaryKeyConstraint('outgoing_sequence_key', ['kind', 'subject'])
    .execute();

  await schema
    .createTable('audit')
    .addColumn('n', counter)
    .addColumn('at', whole, (column) => column.notNull())
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('subject', text)
    .addColumn('detail', text, (column) => column.notNull())
    .execute();

  await schema
    .createTable('user_account')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('username', text, (column) => column.notNull().unique())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('created_at', whole, (column) => column.notNull())
    .execute();
  await schema
    .createTable('user_password')
    .addColumn('user_id', text, (column) => column.primaryKey().references('user_account.id'))
    .addColumn('hash', text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('user_token')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('user_id', text, (column) => column.notNull().references('user_account.id'))
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('hash', text, (column) => column.notNull().unique())
    .addColumn('created_at', whole, (column) => column.notNull())
    .addColumn('expires_at', whole, (column) => column.notNull())
    .execute();
  await schema.createIndex('user_token_user').on('user_token').column('user_id').execute();
  await schema.createIndex('user_token_expiry').on('user_token').column('expires_at').execute();
}
