import type { PlanItem } from '../../shared/core/plan.ts';
import type { LocalDate } from '../../shared/core/time.ts';

/** A planned play with all that the ledger is asked by. What can change later (area, theme) is kept as it then was. */
export interface PlannedPlay {
  readonly item: PlanItem;
  readonly villageId: string;
  readonly villageName: string;
  /** Ids from the top down to the village, each between slashes: `/are-a/are-b/`. */
  readonly areaPath: string;
  /** In the zone of the village. */
  readonly day: LocalDate;
  readonly themeId: string | null;
  readonly organisationId: string | null;
  readonly language: string;
}

/** True when two lists in order hold equal plays. */
export function samePlays(a: readonly PlannedPlay[], b: readonly PlannedPlay[]): boolean {
  return a.length === b.length && a.every((play, index) => samePlay(play, b[index]));
}

function samePlay(a: PlannedPlay, b: PlannedPlay | undefined): boolean {
  return (
    b !== undefined &&
    a.villageId === b.villageId &&
    a.villageName === b.villageName &&
    a.areaPath === b.areaPath &&
    a.day === b.day &&
    a.themeId === b.themeId &&
    a.organisationId === b.organisationId &&
    a.language === b.language &&
    // The id stands for rule, clip and instant.
    a.item.id === b.item.id &&
    a.item.durationMs === b.item.durationMs &&
    a.item.class === b.item.class &&
    a.item.bulletin === b.item.bulletin &&
    a.item.campaign === b.item.campaign &&
    a.item.title === b.item.title &&
    a.item.repeat === b.item.repeat
  );
}
