/** A Fourier transform of one power-of-two size, in place, with its tables made once. */
export class Fft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new Error(`the size must be a power of two, not ${size}`);
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  }

  /** Forward, without scaling. */
  forward(re: Float64Array, im: Float64Array): void {
    this.#transform(re, im);
  }

  /** Backward, scaled so that it undoes `forward`. */
  inverse(re: Float64Array, im: Float64Array): void {
    this.#transform(im, re);
    for (let i = 0; i < this.size; i += 1) {
      re[i] = (re[i] ?? 0) / this.size;
      im[i] = (im[i] ?? 0) / this.size;
    }
  }

  /** Cooley and Tukey, radix 2, decimation in time. */
  #transform(re: Float64Array, im: Float64Array): void {
    const n = this.size;
    for (let i = 1, j = 0; i < n; i += 1) {
      let bit = n >> 1;
      for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      const r = re[i] ?? 0;
      const m = im[i] ?? 0;
      re[i] = re[j] ?? 0;
      im[i] = im[j] ?? 0;
      re[j] = r;
      im[j] = m;
    }
    for (let half = 1; half < n; half *= 2) {
      const step = n / (2 * half);
      for (let base = 0; base < n; base += 2 * half) {
        for (let k = 0; k < half; k += 1) {
          const c = this.#cos[k * step] ?? 0;
          const s = -(this.#sin[k * step] ?? 0);
          const a = base + k;
          const b = a + half;
          const xr = re[b] ?? 0;
          const xi = im[b] ?? 0;
          const tr = xr * c - xi * s;
          const ti = xr * s + xi * c;
          re[b] = (re[a] ?? 0) - tr;
          im[b] = (im[a] ?? 0) - ti;
          re[a] = (re[a] ?? 0) + tr;
          im[a] = (im[a] ?? 0) + ti;
        }
      }
    }
  }
}
