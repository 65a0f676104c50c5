import { Fault } from '../../../shared/core/fault.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/** Removes an area's own policy: from then on that of the area above holds. @throws Fault `area.unknown`, `windowPolicy.none` */
export async function removeWindowPolicy(
  parts: Pick<ServerParts, 'store' | 'clock' | 'plans'>,
  actor: Actor,
  areaId: string,
): Promise<void> {
  await parts.store.transaction(async ({ areas, windowPolicies, audit }) => {
    const area = found(await areas.get(areaId), 'area', areaId);
    const before = await windowPolicies.get(areaId);
    if (before === null) {
      throw new Fault('notFound', 'windowPolicy.none', `${area.name} has no policy of its own to remove.`, [
        { field: 'id', message: 'must be the area that set the policy (`setBy` of the effective one)' },
      ]);
    }
    await windowPolicies.remove(areaId);
    const detail = { before };
    await audit.add({ at: parts.clock.now(), actor: actor.id, action: 'windowPolicy.remove', subject: areaId, detail });
  });
  await parts.plans.refresh('window policy removed');
}
