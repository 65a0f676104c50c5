import { Fault } from '../../../../shared/core/fault.ts';

export type DatabaseAddress =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly shown: string };

const REMEDY = 'write sqlite:/path/to/loaban.db, or postgres://user:password@host:5432/database';

/**
 * Reads `LOABAN_DATABASE_URL`.
 * @throws Fault `invalid` for an address of neither engine; the message never repeats a password
 */
export function parseDatabaseUrl(url: string): DatabaseAddress {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '') throw wrong(`the database address names no file: ${REMEDY}`);
    return { engine: 'sqlite', path };
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    if (!parsed) throw wrong(`the PostgreSQL address cannot be read: ${REMEDY}; write special characters as %XX`);
    if (parsed.password !== '') parsed.password = '***';
    return { engine: 'postgres', url, shown: parsed.toString() };
  }
  throw wrong(`the database address is of neither SQLite nor PostgreSQL: ${REMEDY}`);
}

function wrong(message: string): Fault {
  return new Fault('invalid', 'database.address', message, [{ field: 'LOABAN_DATABASE_URL', message }]);
}
