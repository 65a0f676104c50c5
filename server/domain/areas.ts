import { type Area, VILLAGE_KIND } from '../../shared/contract/api/area.ts';
import type { LocalDate } from '../../shared/core/time.ts';

/** The areas, indexed for walking up and down. Nothing here knows how many levels there are. */
export interface AreaTree {
  readonly byId: ReadonlyMap<string, Area>;
  /** Areas by their parent; null: those at the top. */
  readonly childrenOf: ReadonlyMap<string | null, readonly Area[]>;
}

export function makeAreaTree(areas: readonly Area[]): AreaTree {
  return {
    byId: new Map(areas.map((area) => [area.id, area])),
    childrenOf: Map.groupBy(areas, ({ parentId }) => parentId),
  };
}

/**
 * The area itself and all above it, nearest first; empty for an unknown one. Ends also on data that runs in a circle,
 * which a database mended by hand might hold.
 */
export function lineage(tree: AreaTree, areaId: string): Area[] {
  const chain = new Set<Area>();
  for (let at = tree.byId.get(areaId); at && !chain.has(at); at = tree.byId.get(at.parentId ?? '')) chain.add(at);
  return [...chain];
}

/** All areas above one, nearest first. */
export function ancestors(tree: AreaTree, areaId: string): Area[] {
  return lineage(tree, areaId).slice(1);
}

/** All areas below one, parents before their children; without itself. */
export function descendants(tree: AreaTree, areaId: string): Area[] {
  const found = new Set<Area>();
  const visit = (parentId: string): void => {
    for (const child of tree.childrenOf.get(parentId) ?? []) {
      if (found.has(child) || child.id === areaId) continue;
      found.add(child);
      visit(child.id);
    }
  };
  visit(areaId);
  return [...found];
}

/** Ids from the top down to the area, each between slashes (`/are-a/are-b/`); empty for an unknown one. */
export function areaPath(tree: AreaTree, areaId: string): string {
  const ids = lineage(tree, areaId).map(({ id }) => id);
  return ids.length === 0 ? '' : `/${ids.reverse().join('/')}/`;
}

/** The villages among these areas and below them, each once, by id. */
export function villagesUnder(tree: AreaTree, areaIds: Iterable<string>): Area[] {
  const found = new Map<string, Area>();
  for (const areaId of new Set(areaIds)) {
    const self = tree.byId.get(areaId);
    for (const area of self ? [self, ...descendants(tree, areaId)] : []) {
      if (area.kind === VILLAGE_KIND) found.set(area.id, area);
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** True when the area would become its own ancestor. */
export function wouldMakeCircle(tree: AreaTree, areaId: string, newParentId: string | null): boolean {
  return newParentId !== null && lineage(tree, newParentId).some(({ id }) => id === areaId);
}

/** The languages understood in an area, best first: its own, else those of the nearest area above that names some. */
export function effectiveLanguages(tree: AreaTree, areaId: string): readonly string[] {
  return lineage(tree, areaId).find(({ languages }) => languages.length > 0)?.languages ?? [];
}

/** A span of days, both ends included; `to` null: without end. */
export interface Validity {
  readonly validFrom: LocalDate;
  readonly validTo: LocalDate | null;
}

export function isValidOn({ validFrom, validTo }: Validity, day: LocalDate): boolean {
  return validFrom <= day && (validTo === null || day <= validTo);
}

/** True when both hold on at least one day. */
export function overlap(a: Validity, b: Validity): boolean {
  return (b.validTo === null || a.validFrom <= b.validTo) && (a.validTo === null || b.validFrom <= a.validTo);
}

/** True when one goes on after the other has ended. */
export function outlasts(a: Pick<Validity, 'validTo'>, b: Pick<Validity, 'validTo'>): boolean {
  return b.validTo !== null && (a.validTo === null || a.validTo > b.validTo);
}
