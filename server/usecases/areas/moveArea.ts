import type { Area, AreaMove } from '../../../shared/contract/api/area.ts';
import { checkMove } from '../../domain/areaChecks.ts';
import { movedTo } from '../../domain/areaHistory.ts';
import { makeAreaTree } from '../../domain/areas.ts';
import { found, referred } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { today } from './today.ts';

/**
 * Puts an area with all below it under another parent, or at the top; the old parent stays in its history.
 * @throws Fault `area.unknown`, `area.sameParent`, `area.circle`, `area.parentIsVillage`, `area.parentEnds`,
 * `area.parentNotYet`, `area.moveTooEarly`, `area.moveTooLate`, `area.moveInFuture`
 */
export async function moveArea(
  parts: Pick<ServerParts, 'store' | 'clock' | 'settings' | 'plans'>,
  actor: Actor,
  areaId: string,
  { parentId, from }: AreaMove,
): Promise<Area> {
  const moved = await parts.store.transaction(async ({ areas, audit }) => {
    const tree = makeAreaTree(await areas.all());
    const area = found(tree.byId.get(areaId), 'area', areaId);
    const parent = parentId === null ? null : referred(tree.byId.get(parentId), 'area', 'parentId', parentId);
    checkMove(tree, area, parent, from, today(parts));
    const next = movedTo(area, parentId, from);
    await areas.update(next);
    const detail = { oldParentId: area.parentId, parentId, from };
    await audit.add({ at: parts.clock.now(), actor: actor.id, action: 'area.move', subject: areaId, detail });
    return next;
  });
  await parts.plans.refresh('area moved');
  return moved;
}
