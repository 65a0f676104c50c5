import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps programs that are not on an ordinary user's path. */
function systemFolders(): string[] {
  const postgres = (() => {
    try {
      return readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`);
    } catch {
      return []; // no PostgreSQL package: nothing to add
    }
  })();
  return ['/usr/sbin', '/sbin', ...postgres];
}

/** The full path of a system program, or null where it is not installed. */
export function findProgram(name: string): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...systemFolders()]) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder: look in the next
    }
  }
  return null;
}

/**
 * True when a test that needs these system programs must be left out: they are missing and this is not a CI run.
 * It says on standard error what is left out and how to have it; under `CI=true` nothing is ever left out, so the
 * test runs and fails loudly. Use as `describe.skipIf(leftOut('PostgreSQL suite', ['initdb', 'postgres']))(...)`.
 */
export function leftOut(what: string, programs: string[], remedy?: string): boolean {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0 || process.env.CI === 'true') return false;
  process.stderr.write(
    `LEFT OUT: ${what}: needs ${missing.join(', ')}${remedy ? ` (${remedy})` : ' (install it to run these tests)'}\n`,
  );
  return true;
}
