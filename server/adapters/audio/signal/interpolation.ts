/** Samples looked at on each side of the gap that is filled in. */
export const REACH = 12;
const TAPS = 2 * REACH;
const KAISER_BETA = 6;

/** Modified Bessel function of the first kind, order 0, by its power series: what a Kaiser window is made of. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function weightsAt(fraction: number): Float64Array {
  const weights = Float64Array.from({ length: TAPS }, (_, tap) => {
    const distance = tap - (REACH - 1) - fraction;
    const window = bessel0(KAISER_BETA * Math.sqrt(1 - (distance / REACH) ** 2)) / bessel0(KAISER_BETA);
    return (Math.sin(Math.PI * distance) / (Math.PI * distance)) * window;
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum); // a constant stays that constant
}

// Oversampling by 4, as ITU-R BS.1770-4 annex 2 asks at 48 kHz: three points between each two samples.
const QUARTER = weightsAt(0.25);
const HALF = weightsAt(0.5);
const THREE_QUARTERS = weightsAt(0.75);

/** No point in between can exceed the largest sample within reach by more than this factor. */
export const LARGEST_RISE = Math.max(
  ...[QUARTER, HALF, THREE_QUARTERS].map((weights) => weights.reduce((sum, weight) => sum + Math.abs(weight), 0)),
);

/**
 * The highest absolute value that the band-limited signal reaches between samples `at` and `at + 1`, looked up at a
 * quarter, a half and three quarters. Needs `REACH - 1` samples before `at` and `REACH` after it.
 */
export function peakBetween(samples: Float32Array, at: number): number {
  let quarter = 0;
  let half = 0;
  let threeQuarters = 0;
  for (let tap = 0, from = at - REACH + 1; tap < TAPS; tap++, from++) {
    const sample = samples[from] as number;
    quarter += (QUARTER[tap] as number) * sample;
    half += (HALF[tap] as number) * sample;
    threeQuarters += (THREE_QUARTERS[tap] as number) * sample;
  }
  return Math.max(Math.abs(quarter), Math.abs(half), Math.abs(threeQuarters));
}

/** The largest absolute value in `samples[from..to)`. */
export function largest(samples: Float32Array, from: number, to: number): number {
  let found = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(samples[i] as number);
    if (size > found) found = size;
  }
  return found;
}
