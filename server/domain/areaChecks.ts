import { type Area, VILLAGE_KIND } from '../../shared/contract/api/area.ts';
import { Fault } from '../../shared/core/fault.ts';
import type { LocalDate } from '../../shared/core/time.ts';
import { underParentSince } from './areaHistory.ts';
import { type AreaTree, outlasts, overlap, type Validity, wouldMakeCircle } from './areas.ts';
import { refuseFaults, repeated } from './checks.ts';

/** Refuses a validity that ends before it begins. */
export function checkValidity({ validFrom, validTo }: Validity): void {
  if (validTo === null || validFrom <= validTo) return;
  throw new Fault('invalid', 'area.validity', `The area would end on ${validTo}, before it begins on ${validFrom}.`, [
    { field: 'validTo', message: `must be null or ${validFrom} or later` },
  ]);
}

/** Refuses a code that another area has on some of the same days: a code names one area at a time. */
export function checkCode(area: Pick<Area, 'id' | 'code'> & Validity, sameCode: readonly Area[]): void {
  const other = sameCode.find((one) => one.id !== area.id && one.code === area.code && overlap(one, area));
  if (!other) return;
  const span = `${other.validFrom} to ${other.validTo ?? 'now'}`;
  throw new Fault('conflict', 'area.codeOverlaps', `${other.name} has the code ${area.code} from ${span}.`, [
    { field: 'code', message: 'must be another one, or end the validity of one of the two before the other begins' },
  ]);
}

/** Refuses a parent that cannot have this area below it, whenever that was to begin. */
export function checkParent(area: Pick<Area, 'name' | 'validTo'>, parent: Area): void {
  if (parent.kind === VILLAGE_KIND) {
    throw new Fault('invalid', 'area.parentIsVillage', `${parent.name} is a village, which has no areas below it.`, [
      { field: 'parentId', message: 'must be an area above the villages, such as a commune' },
    ]);
  }
  if (outlasts(area, parent)) {
    throw new Fault(
      'invalid',
      'area.parentEnds',
      `${parent.name} ends on ${parent.validTo}, but ${area.name} ${area.validTo === null ? 'has no end' : `ends on ${area.validTo}`}.`,
      [{ field: 'parentId', message: 'must be an area that lasts as long, or end this area with it' }],
    );
  }
}

/** Refuses languages that are named twice. */
export function checkLanguages(languages: readonly string[]): void {
  refuseFaults(
    'area.languageTwice',
    repeated(languages, (index) => `languages[${index}]`),
  );
}

/** Refuses an end that the tree does not allow: before a move that happened, or before that of an area below. */
export function checkEnd(tree: AreaTree, area: Area): void {
  if (area.validTo === null) return;
  const since = underParentSince(area);
  if (area.validTo < since) {
    throw new Fault('invalid', 'area.endsBeforeMove', `${area.name} came under its present parent on ${since}.`, [
      { field: 'validTo', message: `must be null or ${since} or later` },
    ]);
  }
  const living = (tree.childrenOf.get(area.id) ?? []).find((child) => outlasts(child, area));
  if (living) {
    throw new Fault(
      'conflict',
      'area.areasBelow',
      `${living.name}, below ${area.name}, goes on after ${area.validTo}.`,
      [{ field: 'validTo', message: 'can be set once all areas below have been moved or ended' }],
    );
  }
}

/**
 * Refuses a move that the tree or its history does not allow.
 * @param today in the server's zone
 */
export function checkMove(tree: AreaTree, area: Area, parent: Area | null, from: LocalDate, today: LocalDate): void {
  if ((parent?.id ?? null) === area.parentId) {
    throw new Fault('conflict', 'area.sameParent', `${area.name} is under ${parent?.name ?? 'no area'} already.`, [
      { field: 'parentId', message: 'must differ from the present parent' },
    ]);
  }
  if (parent && wouldMakeCircle(tree, area.id, parent.id)) {
    throw new Fault('invalid', 'area.circle', `${parent.name} is ${area.name} itself or lies below it.`, [
      { field: 'parentId', message: 'must be an area outside the one that moves' },
    ]);
  }
  if (parent) checkParent(area, parent);
  const since = underParentSince(area);
  if (from < since) {
    throw new Fault(
      'invalid',
      'area.moveTooEarly',
      `${area.name} ${area.formerParents.length > 0 ? 'came under its present parent' : 'is valid from'} ${since}.`,
      [{ field: 'from', message: `must be ${since} or later` }],
    );
  }
  if (area.validTo !== null && from > area.validTo) {
    throw new Fault('invalid', 'area.moveTooLate', `${area.name} ends on ${area.validTo}.`, [
      { field: 'from', message: `must be ${area.validTo} or earlier` },
    ]);
  }
  if (parent && from > since && from < parent.validFrom) {
    throw new Fault('invalid', 'area.parentNotYet', `${parent.name} is valid from ${parent.validFrom}.`, [
      { field: 'from', message: `must be ${parent.validFrom} or later` },
    ]);
  }
  // The tree is the present one, so a move takes effect when it is entered.
  if (from > today && from > since) {
    throw new Fault('invalid', 'area.moveInFuture', `A move takes effect at once, and ${from} has not come.`, [
      { field: 'from', message: `must be ${today} or earlier; enter the move on its day` },
    ]);
  }
}
