import type { Area } from '../../shared/contract/api/area.ts';
import { addDays, type LocalDate } from '../../shared/core/time.ts';

/** The first day under the present parent. */
export function underParentSince(area: Area): LocalDate {
  const last = area.formerParents.at(-1);
  return last ? addDays(last.until, 1) : area.validFrom;
}

/** The parent on a day; before the first day known, the first parent known. */
export function parentOn(area: Area, day: LocalDate): string | null {
  const former = area.formerParents.find(({ until }) => day <= until);
  return former ? former.parentId : area.parentId;
}

/** The name on a day. */
export function nameOn(area: Area, day: LocalDate): string {
  return area.formerNames.find(({ until }) => day <= until)?.name ?? area.name;
}

/**
 * The area under a new parent from a day on; what was before stays as it was. A move on the very day of the one before
 * corrects that one, which then held on no day and is not kept.
 * @param from not before `underParentSince(area)`
 */
export function movedTo(area: Area, parentId: string | null, from: LocalDate): Area {
  const kept = [...area.formerParents];
  if (from > underParentSince(area)) kept.push({ parentId: area.parentId, until: addDays(from, -1) });
  // Moved back where it came from, as a correction: it never left.
  else if (kept.at(-1)?.parentId === parentId) kept.pop();
  return { ...area, parentId, formerParents: kept };
}

/** The area under a new name from a day on. As with moves, a second name on one day corrects the first. */
export function renamedTo(area: Area, name: string, from: LocalDate): Area {
  if (name === area.name) return area;
  const kept = [...area.formerNames];
  const last = kept.at(-1);
  const since = last ? addDays(last.until, 1) : area.validFrom;
  if (from > since) kept.push({ name: area.name, until: addDays(from, -1) });
  else if (last?.name === name) kept.pop();
  return { ...area, name, formerNames: kept };
}
