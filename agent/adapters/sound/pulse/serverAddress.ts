import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SinkFault } from '../../../ports/sound.ts';
import { COOKIE_BYTES } from './protocol.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The unix sockets where the sound server may listen, best first: `PULSE_SERVER`, `PULSE_RUNTIME_PATH`,
 * `XDG_RUNTIME_DIR`, the user's configuration folder, the user's run folder, the system-wide server.
 * @throws SinkFault when `PULSE_SERVER` names no unix socket
 */
export function serverSockets(env: Environment, uid: number, machineId: string | null): string[] {
  const named = env.PULSE_SERVER;
  if (named !== undefined && named !== '') {
    const paths = named
      .split(/\s+/)
      .map((server) => server.replace(/^\{[^}]*\}/, '').replace(/^unix:/, ''))
      .filter((server) => server.startsWith('/'));
    if (paths.length === 0) {
      throw new SinkFault(
        'sinkMissing',
        `PULSE_SERVER=${named} names no unix socket; use unix:/path/to/native, or unset it for the default server`,
      );
    }
    return paths;
  }
  const folders: string[] = [];
  if (env.PULSE_RUNTIME_PATH) folders.push(env.PULSE_RUNTIME_PATH);
  if (env.XDG_RUNTIME_DIR) folders.push(join(env.XDG_RUNTIME_DIR, 'pulse'));
  if (env.HOME && machineId !== null) folders.push(join(env.HOME, '.config', 'pulse', `${machineId}-runtime`));
  folders.push(`/run/user/${uid}/pulse`, '/run/pulse');
  return [...new Set(folders.map((folder) => join(folder, 'native')))];
}

/** The key that proves who we are. A server that knows our user id takes zeros as well. */
export function readCookie(env: Environment): Buffer {
  const paths: string[] = [];
  if (env.PULSE_COOKIE) paths.push(env.PULSE_COOKIE);
  const config = env.XDG_CONFIG_HOME ?? (env.HOME ? join(env.HOME, '.config') : undefined);
  if (config !== undefined) paths.push(join(config, 'pulse', 'cookie'));
  if (env.HOME) paths.push(join(env.HOME, '.pulse-cookie'));
  for (const path of paths) {
    const cookie = readIfThere(path);
    if (cookie?.length === COOKIE_BYTES) return cookie;
  }
  return Buffer.alloc(COOKIE_BYTES);
}

export function readMachineId(): string | null {
  return readIfThere('/etc/machine-id')?.toString('utf8').trim() ?? null;
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null; // absent or not ours to read: the next place is looked at
  }
}
