import type { Area, AreaChange } from '../../../shared/contract/api/area.ts';
import { checkCode, checkEnd, checkLanguages, checkParent, checkValidity } from '../../domain/areaChecks.ts';
import { renamedTo } from '../../domain/areaHistory.ts';
import { makeAreaTree } from '../../domain/areas.ts';
import { found } from '../../domain/checks.ts';
import { merged } from '../../domain/merged.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';
import type { Actor } from '../../ports/system.ts';
import { today } from './today.ts';

/**
 * Renames an area (the old name is kept as a former one, until yesterday), ends it, or changes what is spoken there.
 * @throws Fault `area.unknown`, `area.validity`, `area.codeOverlaps`, `area.areasBelow`, `area.parentEnds`,
 * `area.endsBeforeMove`, `area.languageTwice`
 */
export async function changeArea(
  parts: Pick<ServerParts, 'store' | 'clock' | 'settings' | 'plans'>,
  actor: Actor,
  areaId: string,
  { name, ...change }: AreaChange,
): Promise<Area> {
  const changed = await parts.store.transaction(async (repositories) => {
    const { areas, audit } = repositories;
    const area = found(await areas.get(areaId), 'area', areaId);
    const next = renamedTo(merged(area, change), name ?? area.name, today(parts));
    checkLanguages(next.languages);
    if (next.validTo !== area.validTo) await checkNewEnd(repositories, next);
    await areas.update(next);
    const detail = { name, ...change };
    await audit.add({ at: parts.clock.now(), actor: actor.id, action: 'area.change', subject: areaId, detail });
    return next;
  });
  await parts.plans.refresh('area changed');
  return changed;
}

async function checkNewEnd({ areas }: Repositories, area: Area): Promise<void> {
  checkValidity(area);
  checkCode(area, await areas.byCode(area.code));
  const parent = area.parentId === null ? null : await areas.get(area.parentId);
  if (parent) checkParent(area, parent);
  checkEnd(makeAreaTree([area, ...(await areas.children(area.id))]), area);
}
