import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeTimeline,
  encodeHeader,
  HEADER_BYTES,
  timelineFrom,
  timelineIndex,
  timelineInstant,
} from './waveHeader.ts';

describe('the head of a recording', () => {
  it('keeps the instant of sample 0, to the sample, for any instant and length', () => {
    const instant = fc.double({ min: 0, max: 4e12, noNaN: true });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 2 ** 40 }), (at, frames) => {
        const timeline = timelineFrom(at);
        const head = encodeHeader(timeline, frames * 2);
        expect(head.length).toBe(HEADER_BYTES);
        expect(decodeTimeline(head)).toEqual(timeline);
        const late = timelineInstant(timeline, 0) - at;
        expect(late).toBeGreaterThan(-0.001);
        expect(late).toBeLessThan(1 / 48 + 0.001);
      }),
    );
  });

  it('finds the index of an instant', () => {
    const timeline = timelineFrom(1_771_304_400_000.5);
    for (const index of [0, 1, 47, 48, 4_800_001, 48_000 * 86_400]) {
      expect(timelineIndex(timeline, timelineInstant(timeline, index))).toBe(index);
    }
  });

  it('becomes RF64 above 4 GiB', () => {
    const small = encodeHeader(timelineFrom(0), 1_000);
    const large = encodeHeader(timelineFrom(0), 5_000_000_000);
    expect([small.toString('latin1', 0, 4), small.toString('latin1', 12, 16)]).toEqual(['RIFF', 'JUNK']);
    expect([large.toString('latin1', 0, 4), large.toString('latin1', 12, 16)]).toEqual(['RF64', 'ds64']);
    expect(large.readBigUInt64LE(28)).toBe(5_000_000_000n);
  });

  it('is known from that of other programs', () => {
    const head = encodeHeader(timelineFrom(0), 0);
    expect(decodeTimeline(head.subarray(0, 100))).toBeNull();
    head.write('Another', head.indexOf('Loa Ban\0'), 'latin1');
    expect(decodeTimeline(head)).toBeNull();
  });
});
