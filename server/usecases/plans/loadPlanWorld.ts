import { makePlanWorld, type PlanWorld } from '../../domain/planWorld.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** Reads all that plans are made of, once for all villages. */
export async function loadPlanWorld({ store, settings }: Pick<ServerParts, 'store' | 'settings'>): Promise<PlanWorld> {
  const { areas, windowPolicies, scheduleRules, bulletins, campaigns, clips } = store.repositories;
  return makePlanWorld({
    areas: await areas.all(),
    policies: await windowPolicies.all(),
    rules: await scheduleRules.active(),
    bulletins: await bulletins.all(),
    campaigns: await campaigns.all(),
    clips: await clips.approved(),
    defaultZone: settings.zone,
  });
}
