import { Fault } from '../../../../shared/core/fault.ts';

/** SQLite's result codes for trouble that is not the statement's fault: busy, read-only, I/O error, full. */
const SQLITE_TROUBLE = new Set([5, 8, 10, 13]);
/** PostgreSQL's error classes for the same: connection, resources, operator's intervention, system error. */
const POSTGRES_TROUBLE = /^(08|53|57|58)/;
const SOCKET_TROUBLE = /^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH)$/;
/** `pg` gives these no code. */
const LOST_CONNECTION = /^Connection terminated|^Client has encountered a connection error/;

/** The database's own trouble (full disk, lost connection) as what to tell people; any other error as it is. */
export function asDatabaseFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const sqlite = 'errcode' in error && typeof error.errcode === 'number' && SQLITE_TROUBLE.has(error.errcode & 0xff);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const postgres = POSTGRES_TROUBLE.test(code) || SOCKET_TROUBLE.test(code);
  const cut = LOST_CONNECTION.test(error.message);
  if (!sqlite && !postgres && !cut) return error;
  return new Fault(
    'unavailable',
    'database.trouble',
    `the database cannot do this now (${error.message}): nothing was changed; check its disk and its log, then try again`,
    [],
    { cause: error },
  );
}
