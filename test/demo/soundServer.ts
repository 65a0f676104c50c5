import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The address of a PulseAudio (or PipeWire) server that this user can speak to, or null. Only its socket is looked for;
 * the agent's own sink says why, should it refuse.
 */
export function soundServer(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env.PULSE_SERVER;
  if (named) return named;
  const runtime = env.XDG_RUNTIME_DIR ?? `/run/user/${process.getuid?.() ?? 0}`;
  const socket = join(env.PULSE_RUNTIME_PATH ?? join(runtime, 'pulse'), 'native');
  return statSync(socket, { throwIfNoEntry: false })?.isSocket() ? socket : null;
}
