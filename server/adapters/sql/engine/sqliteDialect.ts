import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

import type { Exclusive } from './exclusive.ts';

/** Statements kept ready; enough for every shape that the repositories use. */
const STATEMENTS_KEPT = 400;

export interface SqliteHandles {
  readonly writer: DatabaseSync;
  /** A second, read-only connection that sees what is committed; null for a database in memory. */
  readonly reader: DatabaseSync | null;
}

/**
 * Kysely over `node:sqlite`. There is one writing connection: whoever begins a transaction must hold `exclusive`; lone
 * statements take it by themselves, so that none of them falls into a transaction that is not theirs.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #handles: SqliteHandles;
  readonly #exclusive: Exclusive;

  constructor(handles: SqliteHandles, exclusive: Exclusive) {
    this.#handles = handles;
    this.#exclusive = exclusive;
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#handles, this.#exclusive);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }

  createIntrospector<Tables>(db: Kysely<Tables>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  /** `Exclusive` keeps users of the one connection apart; Kysely's own queue would keep reads waiting as well. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite can undo a CREATE TABLE, so that a migration is applied wholly or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDriver implements Driver {
  readonly #handles: SqliteHandles;
  readonly #exclusive: Exclusive;
  readonly #writer: StatementCache;
  readonly #reader: StatementCache | null;

  constructor(handles: SqliteHandles, exclusive: Exclusive) {
    this.#handles = handles;
    this.#exclusive = exclusive;
    this.#writer = new StatementCache(handles.writer);
    this.#reader = handles.reader && new StatementCache(handles.reader);
  }

  async init(): Promise<void> {
    // the handles come open
  }

  async acquireConnection(): Promise<NodeSqliteConnection> {
    return new NodeSqliteConnection(this.#writer, this.#reader, this.#exclusive);
  }

  async beginTransaction(connection: NodeSqliteConnection): Promise<void> {
    connection.inTransaction = true;
    // Immediate: the lock is had now, not refused at the first write when another process has it.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: NodeSqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
    connection.inTransaction = false;
  }

  async rollbackTransaction(connection: NodeSqliteConnection): Promise<void> {
    // A full disk, for one, has SQLite roll back by itself; then there is nothing left to undo.
    if (this.#handles.writer.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
    connection.inTransaction = false;
  }

  async releaseConnection(): Promise<void> {
    // connections are only views of the handles
  }

  async destroy(): Promise<void> {
    this.#handles.reader?.close();
    this.#handles.writer.close();
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #writer: StatementCache;
  readonly #reader: StatementCache | null;
  readonly #exclusive: Exclusive;
  inTransaction = false;

  constructor(writer: StatementCache, reader: StatementCache | null, exclusive: Exclusive) {
    this.#writer = writer;
    this.#reader = reader;
    this.#exclusive = exclusive;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.inTransaction) return execute(this.#writer, query);
    if (this.#reader && /^\s*select\b/i.test(query.sql)) {
      // It would answer with the state before the transaction of whoever asks.
      this.#exclusive.refuseHolder();
      return execute(this.#reader, query);
    }
    return this.#exclusive.run(async () => execute(this.#writer, query));
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    // An open cursor on the one connection would stand in the way of everybody else.
    yield await this.executeQuery<Row>(query);
  }
}

function execute<Row>(cache: StatementCache, query: CompiledQuery): QueryResult<Row> {
  const statement = cache.prepare(query.sql);
  const parameters = query.parameters.map(bindable);
  // Kysely's own contract: the row type is what the typed query says, as with every dialect.
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** @throws TypeError for what SQLite cannot hold; true and false must have been made numbers */
function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (ArrayBuffer.isView(value)) return value as NodeJS.ArrayBufferView;
  throw new TypeError(`a ${typeof value} cannot be bound to a statement`);
}

/** Prepared statements by their text, the least lately used dropped first. */
class StatementCache {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    const statement = known ?? this.#database.prepare(sql);
    if (known) this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    if (this.#statements.size > STATEMENTS_KEPT) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    return statement;
  }
}
