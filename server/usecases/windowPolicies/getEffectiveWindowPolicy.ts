import type { Area } from '../../../shared/contract/api/area.ts';
import type { EffectiveWindowPolicy, WindowPolicy } from '../../../shared/contract/api/windowPolicy.ts';
import { makeAreaTree } from '../../domain/areas.ts';
import { found } from '../../domain/checks.ts';
import { effectiveWindowPolicy } from '../../domain/windowPolicy.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** The policy that holds in an area, with its zone, and which area set it. @throws Fault `area.unknown` */
export async function getEffectiveWindowPolicy(
  parts: Pick<ServerParts, 'store' | 'settings'>,
  areaId: string,
): Promise<EffectiveWindowPolicy> {
  const { areas, windowPolicies } = parts.store.repositories;
  const chain: Area[] = [];
  const set = new Map<string, WindowPolicy>();
  // Only the way up is read: a country has far more areas than levels.
  let at: Area | null = found(await areas.get(areaId), 'area', areaId);
  while (at !== null && !chain.some(({ id }) => id === at?.id)) {
    chain.push(at);
    const policy = await windowPolicies.get(at.id);
    if (policy) set.set(at.id, policy);
    at = at.parentId === null ? null : await areas.get(at.parentId);
  }
  return effectiveWindowPolicy(makeAreaTree(chain), set, areaId, parts.settings.zone);
}
