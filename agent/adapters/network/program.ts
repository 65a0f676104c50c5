import { fileURLToPath } from 'node:url';

/**
 * The arguments that start this very program again, after Node's own path: the options of Node that it was started with,
 * and its file (the bundle on a box, main.ts in development).
 * @param main `import.meta.url` of the program's first file
 */
export function sameProgram(execArgv: readonly string[], main: string): string[] {
  return [...execArgv, fileURLToPath(main)];
}

/** The hidden first argument that makes the program a network worker. */
export const NETWORK_WORKER = 'network-worker';
