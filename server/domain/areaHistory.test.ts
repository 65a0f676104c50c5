import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../shared/core/time.ts';
import { anArea } from '../../test/kit/planning.ts';
import { movedTo, nameOn, parentOn, renamedTo, underParentSince } from './areaHistory.ts';

const FIRST = '2026-01-01';
const LAST = 60;
const days = Array.from({ length: LAST }, (_, n) => addDays(FIRST, n));
/** Days and what holds from then on, in the order of being entered; the days never go back, but may repeat. */
const events = fc
  .array(fc.record({ day: fc.nat({ max: LAST - 1 }), to: fc.constantFrom('are-a', 'are-b', 'are-c') }), {
    maxLength: 12,
  })
  .map((list) => list.toSorted((a, b) => a.day - b.day));

describe('the history of an area', () => {
  it('knows the parent of every day after any row of moves', () => {
    fc.assert(
      fc.property(events, (moves) => {
        let area = anArea('are-v', 'are-a', { validFrom: FIRST });
        const truth = new Map(days.map((day) => [day, 'are-a']));
        for (const { day, to } of moves) {
          const from = addDays(FIRST, day);
          if (to === area.parentId) continue;
          expect(from >= underParentSince(area)).toBe(true);
          area = movedTo(area, to, from);
          for (const later of days.slice(day)) truth.set(later, to);
        }
        for (const day of days) expect(parentOn(area, day)).toBe(truth.get(day));
        const untils = area.formerParents.map(({ until }) => until);
        expect(untils).toEqual([...new Set(untils)].sort());
      }),
    );
  });

  it('knows the name of every day after any row of renamings', () => {
    fc.assert(
      fc.property(events, (names) => {
        let area = anArea('are-v', null, { name: 'are-a', validFrom: FIRST });
        const truth = new Map(days.map((day) => [day, 'are-a']));
        for (const { day, to } of names) {
          area = renamedTo(area, to, addDays(FIRST, day));
          for (const later of days.slice(day)) truth.set(later, to);
        }
        for (const day of days) expect(nameOn(area, day)).toBe(truth.get(day));
      }),
    );
  });

  it('keeps nothing of a mistake that was mended on the same day', () => {
    const area = anArea('are-v', 'are-a', { validFrom: FIRST });
    const wrong = movedTo(area, 'are-b', '2026-07-01');
    expect(wrong.formerParents).toEqual([{ parentId: 'are-a', until: '2026-06-30' }]);
    expect(movedTo(wrong, 'are-c', '2026-07-01').formerParents).toEqual(wrong.formerParents);
    expect(movedTo(wrong, 'are-a', '2026-07-01')).toEqual(area);
    expect(renamedTo(renamedTo(area, 'Bản Mơi', '2026-07-01'), area.name, '2026-07-01')).toEqual(area);
  });
});
