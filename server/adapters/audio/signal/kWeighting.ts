/** One second-order section, direct form: y = b0 x + b1 x1 + b2 x2 - a1 y1 - a2 y2. */
export interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/*
 * The standard prints its coefficients for 48 kHz only. These are the analogue corner frequencies, gains and quality
 * factors behind them, as found by solving the printed table backwards (B. De Man, "Evaluation of Implementations of the
 * EBU R128 Loudness Measurement", AES 145, 2018); put through the bilinear transform at 48 kHz they give the table back.
 */
const SHELF = { hertz: 1681.974450955533, gainDb: 3.999843853973347, q: 0.7071752369554196, bend: 0.4996667741545416 };
const HIGH_PASS = { hertz: 38.13547087602444, q: 0.5003270373238773 };

/** First stage of K weighting (ITU-R BS.1770-4, annex 1): the head's high shelf, for any sample rate in Hz. */
export function headShelf(rate: number): Biquad {
  const k = Math.tan((Math.PI * SHELF.hertz) / rate);
  const high = 10 ** (SHELF.gainDb / 20);
  const band = high ** SHELF.bend;
  const norm = 1 + k / SHELF.q + k * k;
  return {
    b0: (high + (band * k) / SHELF.q + k * k) / norm,
    b1: (2 * (k * k - high)) / norm,
    b2: (high - (band * k) / SHELF.q + k * k) / norm,
    a1: (2 * (k * k - 1)) / norm,
    a2: (1 - k / SHELF.q + k * k) / norm,
  };
}

/** Second stage of K weighting: the low-frequency roll-off. Its numerator is 1, -2, 1 at every rate, as printed. */
export function lowCut(rate: number): Biquad {
  const k = Math.tan((Math.PI * HIGH_PASS.hertz) / rate);
  const norm = 1 + k / HIGH_PASS.q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / norm, a2: (1 - k / HIGH_PASS.q + k * k) / norm };
}
