import type { Area, NewArea } from '../../../shared/contract/api/area.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { checkCode, checkLanguages, checkParent, checkValidity } from '../../domain/areaChecks.ts';
import { referred } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/**
 * Adds an area, at the top or below another.
 * @throws Fault `area.unknown` (the parent), `area.parentIsVillage`, `area.parentEnds`, `area.validity`,
 * `area.codeOverlaps`, `area.languageTwice`
 */
export async function createArea(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random'>,
  actor: Actor,
  input: NewArea,
): Promise<Area> {
  const area: Area = {
    id: makeId('area', parts.random.bytes(10)),
    ...input,
    formerNames: [],
    formerParents: [],
  };
  checkValidity(area);
  checkLanguages(area.languages);
  await parts.store.transaction(async ({ areas, audit }) => {
    if (area.parentId !== null) {
      checkParent(area, referred(await areas.get(area.parentId), 'area', 'parentId', area.parentId));
    }
    checkCode(area, await areas.byCode(area.code));
    await areas.insert(area);
    const { code, name, kind, parentId } = area;
    const detail = { code, name, kind, parentId };
    await audit.add({ at: parts.clock.now(), actor: actor.id, action: 'area.create', subject: area.id, detail });
  });
  return area;
}
