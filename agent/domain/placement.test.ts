import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyFade,
  applyGain,
  gainFactor,
  instantOf,
  peakOf,
  sampleAt,
  samplesIn,
  silenceBefore,
} from './placement.ts';

const point = fc.record({
  instant: fc.double({ min: 1.7e12, max: 1.9e12, noNaN: true }),
  sample: fc.integer({ min: 0, max: 1e9 }),
});

describe('placement', () => {
  it('puts the first sample of an item within half a sample of its instant', () => {
    fc.assert(
      fc.property(
        point,
        fc.integer({ min: 0, max: 20_000 }),
        fc.double({ min: 0, max: 4e6, noNaN: true }),
        (p, ahead, inMs) => {
          const next = p.sample + ahead;
          const at = instantOf(p, next) + inMs;
          const first = next + silenceBefore(p, next, at, 0);
          // Half a sample is 0.0104 ms; Unix ms as doubles are exact to 0.0002 ms.
          expect(Math.abs(instantOf(p, first) - at)).toBeLessThan(0.0107);
        },
      ),
    );
  });

  it('goes back and forth between instants and samples', () => {
    fc.assert(
      fc.property(point, fc.integer({ min: -1e6, max: 1e9 }), (p, index) => {
        expect(sampleAt(p, instantOf(p, index)) - index).toBe(0);
      }),
    );
  });

  it('never waits for an instant that has passed, and joins items that touch', () => {
    const p = { instant: 1_000, sample: 0 };
    expect(silenceBefore(p, 480, 1_000, 0)).toBe(0);
    expect(silenceBefore(p, 480, 1_010.3, 24)).toBe(0);
    expect(silenceBefore(p, 480, 1_010.3, 0)).toBe(14);
  });

  it('changes samples by a gain, inside 16 bits', () => {
    const pcm = Int16Array.of(0, 1_000, -1_000, 30_000, -30_000);
    applyGain(pcm, gainFactor(6.0206));
    expect([...pcm]).toEqual([0, 2_000, -2_000, 32_767, -32_768]);
    expect(gainFactor(0)).toBe(1);
    expect(gainFactor(-120)).toBe(0);
  });

  it('fades in from silence and out to silence', () => {
    const length = samplesIn(5);
    const rise = new Int16Array(length + 10).fill(10_000);
    applyFade(rise, 0, length, 'in');
    expect([rise[0], rise[length / 2], rise[length]]).toEqual([0, 5_000, 10_000]);
    const fall = new Int16Array(length + 10).fill(10_000);
    applyFade(fall, 0, length, 'out');
    expect([fall[0], fall[length / 2], fall[length], fall.at(-1)]).toEqual([10_000, 5_000, 0, 0]);
  });

  it('measures the peak', () => {
    expect(peakOf(new Int16Array(10))).toBe(0);
    expect(peakOf(Int16Array.of(3, -32_768, 5))).toBe(1);
  });
});
