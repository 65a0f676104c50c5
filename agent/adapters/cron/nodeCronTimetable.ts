import type { Timetable } from '../../ports/timetable.ts';

/** The wall clock's work by node-cron, which is loaded when the first is asked for: nothing of it is needed to start. */
export const nodeCronTimetable: Timetable = {
  async every(expression, zone, work) {
    const cron = await import('node-cron');
    const task = cron.schedule(expression, work, { timezone: zone, noOverlap: true });
    return () => {
      void task.destroy();
    };
  },
};
