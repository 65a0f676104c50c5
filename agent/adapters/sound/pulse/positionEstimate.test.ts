import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PositionHistory } from './positionEstimate.ts';

describe('the position out of readings', () => {
  it('is never further off than it says, whatever each reading took', () => {
    const delay = fc.double({ min: 0, max: 80, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(delay, delay), { minLength: 1, maxLength: 60 }), (delays) => {
        const history = new PositionHistory();
        let now = 1_000;
        for (const [before, after] of delays) {
          const looked = now + before;
          history.add({ asked: now, answered: looked + after, sample: looked * 48 });
          now = looked + after + 100;
        }
        const best = history.best(now);
        const error = (best?.sample ?? 0) / 48 - (best?.at ?? 0);
        expect(Math.abs(error)).toBeLessThanOrEqual((best?.uncertaintyMs ?? 0) + 1e-6);
        const quickest = Math.min(...delays.map(([before, after]) => (before + after) / 2));
        expect(best?.uncertaintyMs).toBeLessThanOrEqual(quickest + 2.1);
      }),
    );
  });

  it('knows nothing at first, and after a restart only roughly until the next reading', () => {
    const history = new PositionHistory();
    expect(history.best(2)).toBeNull();
    expect(history.sampleAt(2)).toBeNull();
    history.add({ asked: 0, answered: 1, sample: 0 });
    history.restart(500, 960);
    expect(history.sampleAt(500)).toBe(960);
    expect(history.best(500)?.uncertaintyMs).toBeGreaterThan(50);
    history.add({ asked: 510, answered: 511, sample: 970 });
    expect(history.best(511)?.uncertaintyMs).toBe(0.5);
  });
});
