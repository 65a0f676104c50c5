import type { EffectiveWindowPolicy, WindowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import type { FieldFault } from '../../shared/core/fault.ts';
import { timeOfDay } from '../../shared/core/time.ts';
import { type AreaTree, lineage } from './areas.ts';

/** What holds where nobody has set a policy: no window, so silence. */
const SILENT: WindowPolicy = { windows: [], volume: 80, volumeMin: 0, volumeMax: 100, zone: null };

/**
 * The policy that holds in an area: of itself or of the nearest area above that has one; only the zone goes further up
 * when that policy names none.
 * @param policies those that were set, by area
 * @param defaultZone zone where no policy on the way to the top names one
 */
export function effectiveWindowPolicy(
  tree: AreaTree,
  policies: ReadonlyMap<string, WindowPolicy>,
  areaId: string,
  defaultZone: string,
): EffectiveWindowPolicy {
  const set = lineage(tree, areaId).flatMap(({ id }) => {
    const policy = policies.get(id);
    return policy ? [{ id, policy }] : [];
  });
  const nearest = set[0];
  const zone = set.find(({ policy }) => policy.zone !== null)?.policy.zone ?? defaultZone;
  return { areaId, setBy: nearest?.id ?? null, policy: { ...(nearest?.policy ?? SILENT), zone } };
}

/** What is wrong with a policy in itself, beyond its form. */
export function windowPolicyFaults(policy: WindowPolicy): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [index, { from, to }] of policy.windows.entries()) {
    // By the rule for midnight this would be a window of 24 hours, which nobody means who types the same time twice.
    if (timeOfDay(from) === timeOfDay(to)) {
      faults.push({ field: `windows[${index}].to`, message: 'must differ from `from`; a whole day is 00:00 to 24:00' });
    }
  }
  const { volume, volumeMin, volumeMax } = policy;
  if (volumeMin > volumeMax) faults.push({ field: 'volumeMin', message: `must be at most volumeMax (${volumeMax})` });
  else if (volume < volumeMin || volume > volumeMax) {
    faults.push({ field: 'volume', message: `must be from volumeMin (${volumeMin}) to volumeMax (${volumeMax})` });
  }
  return faults;
}
