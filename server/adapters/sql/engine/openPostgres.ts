import { PostgresDialect, type PostgresPool } from 'kysely';
import pg from 'pg';
import { Fault } from '../../../../shared/core/fault.ts';
import type { Logger } from '../../../ports/system.ts';

const CONNECTIONS = 8;
const CONNECT_TIMEOUT = 10_000;
/** A process that stops in the middle of a transaction must not keep the others waiting for longer than this, in ms. */
const IDLE_IN_TRANSACTION = 60_000;
const OID_INT8 = 20;

/**
 * A pool of connections to a server; the first is made at the first query.
 * @param shown the address without its password, for messages
 */
export function openPostgres(url: string, shown: string, log: Logger): PostgresDialect {
  // Parsers of this pool alone: the ones of the package are shared by everybody in the process.
  const types = new pg.TypeOverrides();
  types.setTypeParser(OID_INT8, safeInteger);
  const noteLoss = (error: Error) => {
    // The pool does not wait for the farewells of the connections that it closes.
    if (!pool.ending) log.warn('a database connection was lost', { reason: error.message });
  };
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    application_name: 'loaban',
    types,
  });
  // Every connection, also one that is in use but waits for nothing just now: without a listener its loss would end the
  // process. Whoever uses it hears of the loss at the next query.
  pool.on('connect', (client) => client.on('error', noteLoss));
  // The pool tells of the idle ones again.
  pool.on('error', () => undefined);
  const named: PostgresPool = {
    options: pool.options,
    Client: pg.Client,
    async connect() {
      try {
        return await pool.connect();
      } catch (error) {
        throw unreachable(error, shown);
      }
    },
    end: () => pool.end(),
  };
  return new PostgresDialect({ pool: named });
}

function unreachable(error: unknown, shown: string): Fault {
  const reason = error instanceof AggregateError ? error.errors.map(String).join('; ') : String(error);
  return new Fault(
    'unavailable',
    'database.unreachable',
    `the database ${shown} is not to be reached (${reason}): check that PostgreSQL runs there and that user, password and database name are right`,
    [{ field: 'LOABAN_DATABASE_URL', message: reason }],
    { cause: error },
  );
}

/** @throws RangeError where a double would round; no count, instant or number of ours comes near */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the whole numbers that are exact here`);
  return value;
}
