import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoudnessMeter } from './loudnessMeter.ts';
import { PeakLimiter } from './peakLimiter.ts';
import { TruePeakMeter } from './truePeakMeter.ts';
import { PEAKS_PER_SECOND, Waveform } from './waveform.ts';

const RATE = 48_000;

/** A sine of 1 kHz with a peak of `dbfs`. */
function tone(seconds: number, dbfs: number, { hertz = 1000, rate = RATE, phase = 0 } = {}): Float32Array {
  const amplitude = 10 ** (dbfs / 20);
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate + phase),
  );
}

function loudness(parts: Float32Array[], rate = RATE): number {
  const meter = new LoudnessMeter(rate);
  for (const part of parts) meter.push(part);
  return meter.integrated();
}

function truePeak(sound: Float32Array): number {
  const meter = new TruePeakMeter();
  meter.push(sound);
  return meter.decibels();
}

function limited(sound: Float32Array, cuts: number[], gainDb: number, ceilingDb: number): Float32Array {
  const limiter = new PeakLimiter(RATE, gainDb, ceilingDb);
  const edges = [0, ...cuts.map((cut) => cut % sound.length).toSorted((a, b) => a - b), sound.length];
  const parts = edges.slice(1).map((edge, i) => limiter.push(sound.subarray(edges[i], edge)));
  return Float32Array.from([...parts, limiter.flush()].flatMap((part) => [...part]));
}

describe('the loudness meter', () => {
  // EBU Tech 3341 plays its tones on two channels; one channel alone is 3.01 LU less loud.
  const ONE_OF_TWO = -3.01;

  it.each([-23, -33])('reads the stationary tone of EBU Tech 3341 at %d dBFS (cases 1 and 2)', (level) => {
    expect(loudness([tone(20, level)])).toBeCloseTo(level + ONE_OF_TWO, 1);
  });

  it('gates as EBU Tech 3341 cases 3 and 4 ask', () => {
    expect(loudness([tone(10, -36), tone(60, -23), tone(10, -36)])).toBeCloseTo(-23 + ONE_OF_TWO, 1);
    const case4 = [tone(10, -72), tone(10, -36), tone(60, -23), tone(10, -36), tone(10, -72)];
    expect(loudness(case4)).toBeCloseTo(-23 + ONE_OF_TWO, 1);
  });

  it('reads the same at every sample rate', () => {
    for (const rate of [8000, 11_025, 16_000, 22_050, 44_100]) {
      const reading = loudness([tone(5, -20, { rate })], rate);
      expect(Math.abs(reading - (-20 + ONE_OF_TWO)), `${rate} Hz`).toBeLessThan(0.1);
    }
  });

  it('finds nothing in silence, and nothing in less than 400 ms', () => {
    expect(loudness([new Float32Array(RATE * 3)])).toBe(Number.NEGATIVE_INFINITY);
    expect(loudness([tone(0.35, -10)])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('the true peak meter', () => {
  it('sees the peak between samples: a quarter of the sample rate, sampled beside its peaks', () => {
    const sound = tone(0.2, -6, { hertz: RATE / 4, phase: Math.PI / 4 });
    expect(20 * Math.log10(sound.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0))).toBeCloseTo(-9.01, 1);
    // EBU Tech 3341 allows +0.2 and -0.4 dB. The abrupt start adds a little of its own.
    expect(Math.abs(truePeak(sound) + 6)).toBeLessThan(0.4);
  });

  it('reads the same however the sound is cut', () => {
    const sound = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i * i * 1e-3) * Math.sin(i / 900));
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 12 }), (cuts) => {
        const meter = new TruePeakMeter();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), sound.length];
        for (let i = 1; i < edges.length; i++) meter.push(sound.subarray(edges[i - 1], edges[i]));
        expect(meter.decibels()).toBe(truePeak(sound));
      }),
    );
  });
});

describe('the peak limiter', () => {
  const bursts = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 3000 });

  it('gives as many samples as it takes, none above the ceiling, and the same however they are cut', () => {
    fc.assert(
      fc.property(bursts, fc.array(fc.nat(), { maxLength: 6 }), (values, cuts) => {
        const sound = Float32Array.from(values);
        const whole = limited(sound, [], 6, -3);
        expect(whole.length).toBe(sound.length);
        const highest = whole.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
        expect(20 * Math.log10(highest)).toBeLessThanOrEqual(-3 + 1e-4);
        expect(limited(sound, cuts, 6, -3)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves alone what needs no limiting, but for the gain', () => {
    const sound = tone(0.3, -20);
    const louder = limited(sound, [1000], 6, -3);
    const factor = Math.fround(louder[500] ?? 0) / (sound[500] ?? 1);
    expect(20 * Math.log10(factor)).toBeCloseTo(6, 4);
  });

  it('holds the true peak of speech-like bursts under the ceiling', () => {
    const sound = tone(1, 0, { hertz: 310 }).map((sample, i) => sample * (i % 9600 < 800 ? 1 : 0.05));
    expect(truePeak(limited(sound, [], 9, -3))).toBeLessThanOrEqual(-2.9);
  });
});

describe('the waveform', () => {
  it('has a pair for every 40 ms, the lowest and the highest', () => {
    const waveform = new Waveform(RATE);
    waveform.push(new Float32Array(RATE / PEAKS_PER_SECOND).fill(0.5));
    waveform.push(Float32Array.of(-2, 0.25));
    expect([...waveform.peaks()]).toEqual([64, 64, -127, 32]);
  });
});
