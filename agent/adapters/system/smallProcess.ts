/**
 * Options of V8 for a program that waits most of its life on a machine with little memory, measured with Node 26 on an
 * idle agent: together they bring its resident memory from 76 to 66 MB. The compilers that are left out would bring
 * some 6 MB of their own code into memory; what samples of one loudspeaker need, the interpreter does in good time.
 */
const OPTIONS = [
  '--optimize-for-size',
  '--max-semi-space-size=1',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--v8-pool-size=0',
];

/** glibc keeps an arena a thread, and libuv four threads: a box needs neither. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', UV_THREADPOOL_SIZE: '2' };

/** Set for the new image, so that it does not begin again. */
const MARK = 'LOABAN_SMALL_PROCESS';

/**
 * Starts this program anew within the same process (execve: same pid, same standard streams, nothing is left of the old
 * image), with the options above. Where Node has no execve the program just goes on as it is, a little larger.
 * Does not return when it works.
 */
export function becomeSmall(program: readonly string[], args: readonly string[]): void {
  if (process.env[MARK] !== undefined || typeof process.execve !== 'function') return;
  const environment = { ...ENVIRONMENT, ...process.env, [MARK]: '1' };
  try {
    process.execve(process.execPath, [process.execPath, ...OPTIONS, ...program, ...args], environment);
  } catch (cause) {
    process.stderr.write(`started without memory options: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
}
