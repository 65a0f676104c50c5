import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLoginThrottle, LOGIN_LIMITS } from '../../server/domain/loginThrottle.ts';

const { free, firstWaitMs, longestWaitMs, memoryMs } = LOGIN_LIMITS;

describe('the login throttle', () => {
  it('costs nothing at first, then doubles up to the longest wait, whatever the failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (failures) => {
        const throttle = createLoginThrottle();
        for (let i = 0; i < failures; i++) throttle.failed('a', 1_000);
        const wait = throttle.waitMs('a', 1_000);
        expect(wait).toBe(failures <= free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - free - 1)));
        expect(throttle.waitMs('a', 1_000 + wait)).toBe(0);
        expect(throttle.waitMs('b', 1_000)).toBe(0);
      }),
    );
  });

  it('lets no more than a handful of tries through in an hour, however they are timed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 300 }), (pauses) => {
        const throttle = createLoginThrottle();
        let now = 0;
        let tries = 0;
        for (const pause of pauses) {
          now += pause;
          if (now > 3_600_000) break;
          if (throttle.waitMs('a', now) > 0) continue;
          throttle.failed('a', now);
          tries += 1;
        }
        // 5 for nothing, 10 while the wait grows to 15 minutes, 4 more in what is left of the hour.
        expect(tries).toBeLessThanOrEqual(19);
      }),
    );
  });

  it('forgets with success, and with time', () => {
    const throttle = createLoginThrottle();
    for (let i = 0; i < 9; i++) throttle.failed('a', 0);
    expect(throttle.waitMs('a', 0)).toBeGreaterThan(0);
    throttle.succeeded('a');
    expect(throttle.waitMs('a', 0)).toBe(0);
    for (let i = 0; i < 99; i++) throttle.failed('b', 0);
    expect(throttle.waitMs('b', memoryMs + 1)).toBe(0);
  });

  it('holds a bounded number of callers', () => {
    const throttle = createLoginThrottle({ ...LOGIN_LIMITS, free: 0, maxKeys: 3 });
    for (const key of ['a', 'b', 'c', 'd']) throttle.failed(key, 0);
    expect(throttle.waitMs('a', 0)).toBe(0);
    expect(throttle.waitMs('b', 0)).toBeGreaterThan(0);
  });
});
