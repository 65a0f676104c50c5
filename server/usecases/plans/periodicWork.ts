import type { ServerParts } from '../../ports/parts.ts';

/** Work that comes again, as cron has it (minute, hour, day, month, weekday) in the server's zone. */
export interface PeriodicJob {
  readonly name: string;
  readonly at: string;
  readonly work: () => Promise<void>;
}

/**
 * What planning needs done without anybody asking. Each may be late, come twice or be left out once: plans reach six
 * days further, a refresh that finds nothing to do does nothing, and the next one makes good what was missed.
 */
export function planningJobs({ plans, store, clock }: Pick<ServerParts, 'plans' | 'store' | 'clock'>): PeriodicJob[] {
  return [
    { name: 'roll plans forward', at: '0 0 * * *', work: () => plans.refresh('a new day') },
    // Villages may lie in other zones, whose midnights fall on other half hours; and a roll that the machine slept
    // through, a clock that was set, or a message near its expiry is seen to here.
    { name: 'look after plans', at: '1,31 * * * *', work: () => plans.refresh('half-hourly look') },
    {
      name: 'forget expired sessions',
      at: '33 3 * * *',
      work: async () => {
        await store.transaction(({ users }) => users.removeExpiredTokens(clock.now()));
      },
    },
  ];
}
