import { DAY, DEFAULT_ZONE } from '../../shared/core/time.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Timetable } from '../ports/timetable.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { ClipDesk } from './clipDesk.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import type { Target } from './target.ts';

export interface HousekeepingDeps {
  readonly timetable: Timetable;
  readonly target: Target;
  readonly clips: ClipDesk;
  readonly journal: AgentJournal;
  readonly keeper: ClockKeeper;
  readonly log: AgentLog;
  /** 0 to 59: boxes do not all read their disks in the same minute. */
  readonly minute: number;
}

/** A clip that no plan has named for so long is dropped at night, room or not. */
const KEEP_UNNAMED_MS = 14 * DAY;

/** Starts the work that goes by the wall clock; the answer ends it. */
export async function startHousekeeping(deps: HousekeepingDeps): Promise<() => void> {
  const { timetable, target, clips, journal, keeper, log } = deps;
  const zone = target.config?.zone ?? DEFAULT_ZONE;
  const guarded = (what: string, work: () => Promise<void>) => async () => {
    try {
      await work();
    } catch (cause) {
      log.error({ what, cause }, 'housekeeping failed');
    }
  };
  const night = await timetable.every(
    `${deps.minute} 2 * * *`,
    zone,
    guarded('night', async () => {
      const named = new Set(target.plan?.clips.map((clip) => clip.sha256));
      await clips.houseKeep(named, KEEP_UNNAMED_MS);
      const { now, trusted } = keeper.read();
      await journal.compact(trusted ? now : null, true);
      log.info({}, 'night housekeeping done');
    }),
  );
  // A box that loses its power knows at the next start that it is at least this late.
  const floor = await timetable.every(
    `${deps.minute % 10}-59/10 * * * *`,
    zone,
    guarded('clock floor', () => keeper.persist()),
  );
  return () => {
    night();
    floor();
  };
}
