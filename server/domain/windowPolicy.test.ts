import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anArea, aPolicy } from '../../test/kit/planning.ts';
import { makeAreaTree } from './areas.ts';
import { makePlanWorld } from './planWorld.ts';
import { effectiveWindowPolicy, windowPolicyFaults } from './windowPolicy.ts';

const DEPTH = 6;
const chain = Array.from({ length: DEPTH }, (_, n) =>
  anArea(`are-${n}`, n === 0 ? null : `are-${n - 1}`, { kind: n === DEPTH - 1 ? 'village' : 'commune' }),
);
const village = `are-${DEPTH - 1}`;
const zone = fc.option(fc.constantFrom('Asia/Ho_Chi_Minh', 'Asia/Vientiane', 'UTC'));
const set = fc.array(fc.option(fc.record({ zone, volume: fc.integer({ min: 0, max: 100 }) })), {
  minLength: DEPTH,
  maxLength: DEPTH,
});

describe('the effective window policy', () => {
  it('is the nearest one on the way up, with the nearest zone, and what plans are made by', () => {
    fc.assert(
      fc.property(set, (given) => {
        const policies = new Map(
          given.flatMap((one, n) => (one ? [[`are-${n}`, aPolicy('05:00', '06:00', one)] as const] : [])),
        );
        const effective = effectiveWindowPolicy(makeAreaTree(chain), policies, village, 'Asia/Bangkok');
        const nearest = given.findLastIndex((one) => one !== null);
        expect(effective.setBy).toBe(nearest < 0 ? null : `are-${nearest}`);
        expect(effective.policy.windows).toHaveLength(nearest < 0 ? 0 : 1);
        expect(effective.policy.zone).toBe(given.findLast((one) => one?.zone)?.zone ?? 'Asia/Bangkok');
        const situation = makePlanWorld({
          areas: chain,
          policies: [...policies].map(([areaId, policy]) => ({ areaId, policy })),
          rules: [],
          bulletins: [],
          campaigns: [],
          clips: [],
          defaultZone: 'Asia/Bangkok',
        }).situationOf(village);
        expect(situation?.zone.id).toBe(effective.policy.zone);
        expect(situation?.windows).toEqual(effective.policy.windows);
        expect(situation?.volume.now).toBe(effective.policy.volume);
      }),
    );
  });

  it('is silence where nobody has set one', () => {
    expect(effectiveWindowPolicy(makeAreaTree(chain), new Map(), village, 'UTC')).toEqual({
      areaId: village,
      setBy: null,
      policy: { windows: [], volume: 80, volumeMin: 0, volumeMax: 100, zone: 'UTC' },
    });
  });
});

describe('a policy that contradicts itself', () => {
  it('is told of every field at once', () => {
    const faults = windowPolicyFaults(aPolicy('05:00', '05:00:00', { volume: 90, volumeMax: 70 }));
    expect(faults.map(({ field }) => field)).toEqual(['windows[0].to', 'volume']);
    expect(windowPolicyFaults(aPolicy('05:00', '06:00', { volumeMin: 60, volumeMax: 50 }))).toHaveLength(1);
    expect(windowPolicyFaults(aPolicy('00:00', '24:00'))).toEqual([]);
    expect(windowPolicyFaults(aPolicy('22:00', '01:00'))).toEqual([]);
  });
});
