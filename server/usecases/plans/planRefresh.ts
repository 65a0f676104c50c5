import { Fault } from '../../../shared/core/fault.ts';
import type { PlanRefresh, ServerParts } from '../../ports/parts.ts';
import { makeBackoff } from './backoff.ts';
import { makeCoalescedRun } from './coalescedRun.ts';
import { type RefreshMemory, type RefreshParts, refreshRun } from './refreshRun.ts';

export interface RunningPlanRefresh extends PlanRefresh {
  /** Ends the run at hand between two villages and begins no other. */
  stop(): Promise<void>;
}

/**
 * The keeper of all plans. Whoever committed a change asks it; it also tries again by itself after a failure, so that a
 * change that is saved reaches the boxes in the end.
 * @param changed called after each run that may have left messages to publish
 */
export function makePlanRefresh(
  parts: RefreshParts & Pick<ServerParts, 'random'>,
  changed: () => void,
): RunningPlanRefresh {
  const { log, clock } = parts;
  const memory: RefreshMemory = { upToDate: new Map(), accountsKey: null };
  const backoff = makeBackoff(parts.random, 1_000, 60_000);
  let stopped = false;
  let retry: NodeJS.Timeout | null = null;

  const run = makeCoalescedRun(async (causes) => {
    if (stopped) throw stoppedFault();
    const began = clock.now();
    try {
      const counts = await refreshRun(parts, memory, () => stopped);
      backoff.reset();
      if (counts.plans + counts.configs > 0)
        log.info('plans refreshed', { causes, ...counts, ms: clock.now() - began });
    } catch (error) {
      log.error('plans not refreshed', { causes, error });
      tryAgain();
      throw new Fault(
        'unavailable',
        'plan.refreshFailed',
        'The change is saved, but the plans could not be brought up to date. The server goes on trying; do not repeat the change.',
        [],
        { cause: error },
      );
    } finally {
      changed(); // also what a failed run had committed
    }
  });

  const tryAgain = (): void => {
    if (stopped || retry) return;
    retry = setTimeout(() => {
      retry = null;
      run.ask('retry').catch((error: unknown) => log.debug('plans still not refreshed', { error }));
    }, backoff.next());
    retry.unref();
  };

  return {
    refresh: (cause) => run.ask(cause),
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      await run.idle();
    },
  };
}

function stoppedFault(): Fault {
  return new Fault(
    'unavailable',
    'server.stopping',
    'The change is saved; the server is stopping and brings the plans up to date when it starts again.',
  );
}
