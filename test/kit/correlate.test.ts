import { describe, expect, it } from 'vitest';
import { findClip } from './correlate.ts';
import { seeded } from './synthClip.ts';

const RATE = 48_000;

/** Noise that changes its loudness, as speech does; each seed another. */
function noise(seed: number, seconds: number): Int16Array {
  const random = seeded(seed);
  let low = 0;
  return Int16Array.from({ length: seconds * RATE }, (_, i) => {
    low += 0.2 * ((random() - 0.5) * 20_000 - low);
    return low * (1.2 + Math.sin(i / 9_000));
  });
}

describe('finding a clip in a recording', () => {
  it('finds each play of it to the sample, at any volume, and no other clip', () => {
    const clip = noise(1, 5);
    const other = noise(2, 5);
    const recording = new Int16Array(120 * RATE);
    const places = [1_234_567, 2_000_001, 4_444_444];
    for (const place of places) recording.set(clip, place);
    recording.set(
      clip.map((value) => value / 8),
      5_000_003,
    );
    recording.set(other, 3_000_000);
    const found = findClip(recording, clip);
    expect(found.map(({ offsetSample }) => Math.round(offsetSample))).toEqual([...places, 5_000_003]);
    for (const { score } of found) expect(score).toBeGreaterThan(0.99);
  });

  it('finds a play that was cut short when asked for its beginning only', () => {
    const clip = noise(3, 6);
    const recording = new Int16Array(20 * RATE);
    recording.set(clip.subarray(0, RATE), 200_000);
    expect(findClip(recording, clip, { probeMs: 6000 })).toEqual([]);
    const [found] = findClip(recording, clip, { probeMs: 800 });
    expect(found?.offsetSample).toBeCloseTo(200_000, 0);
  });

  it('searches half an hour in some seconds', () => {
    const clip = noise(4, 4);
    const recording = new Int16Array(1800 * RATE);
    recording.set(clip, 77_000_000);
    const start = performance.now();
    expect(findClip(recording, clip)).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
