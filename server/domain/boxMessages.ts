import type { ConfigMessage } from '../../shared/contract/messages/config.ts';
import type { PlanMessage } from '../../shared/contract/messages/plan.ts';
import type { CompiledPlan } from './compilePlan.ts';
import type { Horizon } from './planHorizon.ts';
import type { VillageSituation } from './situation.ts';

/** Records in one report of a box: at most some 250 kB. */
const BATCH_RECORDS = 200;

/** Where a box fetches a clip, below the server's own address: the same bytes have the same path for ever. */
export function clipPath(sha256: string): string {
  return `/api/v1/media/${sha256}`;
}

/** The body of an agent's `plan` message. */
export function planBody(
  agent: string,
  { villageId, zone }: VillageSituation,
  horizon: Horizon,
  plan: Pick<CompiledPlan, 'plays' | 'clips'>,
): PlanMessage {
  return {
    v: 1,
    agent,
    village: villageId,
    from: horizon.from,
    until: horizon.until,
    zone: zone.id,
    items: plan.plays.map(({ item }) => item),
    clips: plan.clips.map(({ sha256, bytes, durationMs }) => ({ sha256, url: clipPath(sha256), bytes, durationMs })),
  };
}

/** The body of an agent's `config` message. */
export function configBody(agent: string, situation: VillageSituation, statusEverySeconds: number): ConfigMessage {
  const { now, min, max } = situation.volume;
  return {
    v: 1,
    agent,
    village: situation.villageId,
    areas: [...situation.lineage],
    zone: situation.zone.id,
    windows: situation.windows.map((window) => ({ ...window, days: [...window.days] })),
    languages: [...situation.languages],
    volume: Math.min(Math.max(now, min), max),
    volumeMin: min,
    volumeMax: max,
    reporting: { statusEverySeconds, batchRecords: BATCH_RECORDS },
  };
}
