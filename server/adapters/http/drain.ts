import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a refused sender may go on sending before the connection is broken. */
const DRAIN_MS = 30_000;

/**
 * Lets the sender finish, throwing away what comes: who is cut off while sending never reads the answer. Bounded in time,
 * so that a refused upload cannot hold a connection for long.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  const over = new AbortController();
  const end = () => over.abort();
  request.once('end', end).once('close', end).once('error', end);
  request.resume();
  // Rejects when it is cut short, which is what is hoped for.
  await pause(DRAIN_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
}
