import { schedule } from 'node-cron';
import type { Logger } from '../../ports/system.ts';

export interface PeriodicTask {
  readonly name: string;
  /** Cron expression: minute, hour, day, month, weekday, in the zone given. */
  readonly at: string;
  readonly work: () => Promise<void>;
}

/**
 * The periodic work, by node-cron in a zone of its own. A failure is logged and the next time comes all the same; one
 * task does not run beside itself.
 * @returns ends all of it and waits for what is under way
 */
export function startPeriodicWork(tasks: readonly PeriodicTask[], zone: string, log: Logger): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const run = async ({ name, work }: PeriodicTask): Promise<void> => {
    try {
      await work();
      log.info('periodic work done', { task: name });
    } catch (error) {
      log.error('periodic work failed', { task: name, error });
    }
  };
  const scheduled = tasks.map((task) =>
    schedule(
      task.at,
      async () => {
        const one = run(task);
        running.add(one);
        await one;
        running.delete(one);
      },
      { name: task.name, timezone: zone, noOverlap: true },
    ),
  );
  return async () => {
    for (const task of scheduled) await task.destroy();
    await Promise.all(running);
  };
}
