import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SystemSoundClock } from './systemClock.ts';

/** A machine whose readings take time, and whose system clock rounds down and can be set. */
function machine(offset: number, readingMs: () => number) {
  let steady = 5_000;
  const clocks = {
    offset,
    steady: () => {
      steady += readingMs();
      return steady;
    },
    wall: () => Math.floor(steady + clocks.offset),
  };
  return clocks;
}

describe('the system clock', () => {
  it('knows the instant to a hundredth of a millisecond though the system gives whole ones', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.7e12, max: 1.9e12, noNaN: true }), (offset) => {
        const raw = machine(offset, () => 0.001);
        const clock = new SystemSoundClock(raw);
        expect(Math.abs(clock.wallAt(10_000) - 10_000 - offset)).toBeLessThan(0.011);
      }),
    );
  });

  it('stays right when the program is held up between two readings', () => {
    let turn = 0;
    const raw = machine(1.79e12 + 0.377, () => (++turn % 17 === 0 ? 3.3 : 0.0011));
    const clock = new SystemSoundClock(raw);
    for (let i = 0; i < 1_000; i += 1) {
      expect(Math.abs(clock.wallAt(clock.monotonic()) - clock.monotonic() - raw.offset)).toBeLessThan(4);
    }
    expect(Math.abs(clock.wallAt(0) - raw.offset)).toBeLessThan(0.02);
  });

  it('follows when the system clock is set, forward or back', () => {
    const raw = machine(1.79e12, () => 0.001);
    const clock = new SystemSoundClock(raw);
    for (const step of [3_600_000, -7_200_000, 40, -25]) {
      clock.wallAt(0);
      raw.offset += step;
      expect(Math.abs(clock.wallAt(0) - raw.offset)).toBeLessThan(0.02);
    }
  });
});
