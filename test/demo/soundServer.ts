import { statSync } from 'node:fs';
import { readMachineId, serverSockets } from '../../agent/adapters/sound/pulse/serverAddress.ts';

/** The socket of the sound server that the agents' `pulse` sink will find, or null where there is none. */
export function soundServer(env: NodeJS.ProcessEnv = process.env): string | null {
  const sockets = serverSockets(env, process.getuid?.() ?? 0, readMachineId());
  return sockets.find((socket) => statSync(socket, { throwIfNoEntry: false })?.isSocket()) ?? null;
}
