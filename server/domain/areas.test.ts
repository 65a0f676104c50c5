import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Area } from '../../shared/contract/api/area.ts';
import { addDays } from '../../shared/core/time.ts';
import { anArea } from '../../test/kit/planning.ts';
import {
  ancestors,
  areaPath,
  descendants,
  effectiveLanguages,
  isValidOn,
  lineage,
  makeAreaTree,
  outlasts,
  overlap,
  villagesUnder,
  wouldMakeCircle,
} from './areas.ts';

/** Forests of any depth: each area's parent is one before it, or none. The last of each branch may be villages. */
const forest = fc
  .array(fc.record({ parent: fc.nat(), top: fc.boolean(), village: fc.boolean(), tongue: fc.boolean() }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((rows) =>
    rows.map((row, index): Area => {
      const parentId = index === 0 || row.top ? null : `are-${row.parent % index}`;
      const languages = row.tongue ? [`vi-x-${index}`] : [];
      return anArea(`are-${index}`, parentId, { kind: row.village ? 'village' : 'commune', languages });
    }),
  );
const forestWithTwo = forest.chain((areas) =>
  fc.tuple(fc.constant(areas), fc.constantFrom(...areas), fc.constantFrom(...areas)),
);

const day = fc.integer({ min: 0, max: 30 }).map((n) => addDays('2026-01-01', n));
const validity = fc.record({ validFrom: day, validTo: fc.option(day) });

describe('the area tree', () => {
  it('names the way down to an area by its ancestors', () => {
    fc.assert(
      fc.property(forestWithTwo, ([areas, area]) => {
        const tree = makeAreaTree(areas);
        const ids = areaPath(tree, area.id).split('/').slice(1, -1);
        expect(ids).toEqual([
          ...ancestors(tree, area.id)
            .map(({ id }) => id)
            .reverse(),
          area.id,
        ]);
        expect(tree.byId.get(ids[0] ?? '')?.parentId).toBe(null);
      }),
    );
  });

  it('has below an area exactly those whose path leads through it', () => {
    fc.assert(
      fc.property(forestWithTwo, ([areas, area]) => {
        const tree = makeAreaTree(areas);
        const below = areas.filter(({ id }) => id !== area.id && areaPath(tree, id).includes(`/${area.id}/`));
        expect(new Set(descendants(tree, area.id))).toEqual(new Set(below));
        const villages = [area, ...below].filter(({ kind }) => kind === 'village');
        expect(new Set(villagesUnder(tree, [area.id, area.id]))).toEqual(new Set(villages));
      }),
    );
  });

  it('tells which moves would make a circle, and no other move does', () => {
    fc.assert(
      fc.property(forestWithTwo, ([areas, area, target]) => {
        const tree = makeAreaTree(areas);
        const inside = [area, ...descendants(tree, area.id)].some(({ id }) => id === target.id);
        expect(wouldMakeCircle(tree, area.id, target.id)).toBe(inside);
        expect(wouldMakeCircle(tree, area.id, null)).toBe(false);
        if (inside) return;
        const moved = makeAreaTree(areas.map((one) => (one === area ? { ...one, parentId: target.id } : one)));
        for (const { id } of areas) expect(lineage(moved, id).at(-1)?.parentId).toBe(null);
      }),
    );
  });

  it('ends also on data that runs in a circle', () => {
    const tree = makeAreaTree([anArea('are-a', 'are-b'), anArea('are-b', 'are-a'), anArea('are-c', 'are-gone')]);
    expect(lineage(tree, 'are-a').map(({ id }) => id)).toEqual(['are-a', 'are-b']);
    expect(descendants(tree, 'are-a').map(({ id }) => id)).toEqual(['are-b']);
    expect(areaPath(tree, 'are-c')).toBe('/are-c/');
    expect(areaPath(tree, 'are-none')).toBe('');
    expect(villagesUnder(tree, ['are-none'])).toEqual([]);
  });

  it('gives an area its own languages, else those of the nearest area above that has some', () => {
    fc.assert(
      fc.property(forestWithTwo, ([areas, area]) => {
        const tree = makeAreaTree(areas);
        const above = ancestors(tree, area.id).find(({ languages }) => languages.length > 0);
        const expected = area.languages.length > 0 ? area.languages : (above?.languages ?? []);
        expect(effectiveLanguages(tree, area.id)).toEqual(expected);
      }),
    );
  });
});

describe('validity', () => {
  const days = Array.from({ length: 40 }, (_, n) => addDays('2026-01-01', n));

  it('overlaps exactly when some day belongs to both', () => {
    const rightWayRound = validity.filter(({ validFrom, validTo }) => validTo === null || validFrom <= validTo);
    fc.assert(
      fc.property(rightWayRound, rightWayRound, (a, b) => {
        const shared = days.some((one) => isValidOn(a, one) && isValidOn(b, one));
        expect(overlap(a, b)).toBe(shared);
        expect(overlap(b, a)).toBe(shared);
      }),
    );
  });

  it('outlasts another when it still holds after that one has ended', () => {
    fc.assert(
      fc.property(validity, validity, (a, b) => {
        const end = b.validTo;
        const after = end !== null && days.some((one) => one > end && (a.validTo === null || one <= a.validTo));
        expect(outlasts(a, b)).toBe(after);
      }),
    );
  });
});
