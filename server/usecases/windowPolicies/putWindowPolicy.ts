import type { EffectiveWindowPolicy, WindowPolicy } from '../../../shared/contract/api/windowPolicy.ts';
import { found, refuseFaults } from '../../domain/checks.ts';
import { windowPolicyFaults } from '../../domain/windowPolicy.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { getEffectiveWindowPolicy } from './getEffectiveWindowPolicy.ts';

/**
 * Sets the windows and volume of an area, and so of all below it that have no policy of their own.
 * @throws Fault `area.unknown`, `windowPolicy.invalid`
 */
export async function putWindowPolicy(
  parts: Pick<ServerParts, 'store' | 'clock' | 'settings' | 'plans'>,
  actor: Actor,
  areaId: string,
  policy: WindowPolicy,
): Promise<EffectiveWindowPolicy> {
  refuseFaults('windowPolicy.invalid', windowPolicyFaults(policy));
  await parts.store.transaction(async ({ areas, windowPolicies, audit }) => {
    found(await areas.get(areaId), 'area', areaId);
    const before = await windowPolicies.get(areaId);
    await windowPolicies.put(areaId, policy);
    const detail = { before, policy };
    await audit.add({ at: parts.clock.now(), actor: actor.id, action: 'windowPolicy.put', subject: areaId, detail });
  });
  await parts.plans.refresh('window policy set');
  return await getEffectiveWindowPolicy(parts, areaId);
}
