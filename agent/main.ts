#!/usr/bin/env -S node --optimize-for-size --max-semi-space-size=1
import { setFlagsFromString } from 'node:v8';
import { NETWORK_WORKER, sameProgram } from './adapters/network/program.ts';

// A box waits most of its life. Without the optimizing compilers, whose own code would have to come into memory, it keeps
// some 5 MB less resident; the baseline compiler, which stays, is fast enough for the samples of one loudspeaker.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);

// Both ways are loaded only when taken: HTTP stays out of the process that stays.
if (process.argv[2] === NETWORK_WORKER) {
  const { runNetworkWorker } = await import('./adapters/network/networkWorker.ts');
  const { moveDurably } = await import('./adapters/files/durable.ts');
  await runNetworkWorker(process.stdin, process.stdout, moveDurably);
} else {
  const { runAgent } = await import('./runAgent.ts');
  await runAgent(process.argv.slice(2), sameProgram(process.execArgv, import.meta.url));
}
