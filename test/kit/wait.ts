import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until a condition holds: looks at it every 25 ms instead of sleeping for a guessed time.
 * Rejects with what was waited for when `timeoutMs` have passed; a condition that throws counts as not yet.
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let last: unknown = null;
  for (;;) {
    try {
      if (await condition()) return;
      last = null;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, last === null ? {} : { cause: last });
    }
    await pause(25);
  }
}
