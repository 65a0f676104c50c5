#!/usr/bin/env node
import { NETWORK_WORKER, sameProgram } from './adapters/network/program.ts';
import { becomeSmall } from './adapters/system/smallProcess.ts';

const program = sameProgram(process.execArgv, import.meta.url);
// Both ways are loaded only when taken: HTTP stays out of the process that stays.
if (process.argv[2] === NETWORK_WORKER) {
  const { runNetworkWorker } = await import('./adapters/network/networkWorker.ts');
  const { moveDurably } = await import('./adapters/files/durable.ts');
  await runNetworkWorker(process.stdin, process.stdout, moveDurably);
} else {
  becomeSmall(program, process.argv.slice(2));
  const { runAgent } = await import('./runAgent.ts');
  await runAgent(process.argv.slice(2), program);
}
