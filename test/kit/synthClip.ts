import { writeFileSync } from 'node:fs';

const RATE = 48_000;

/** A small generator of even numbers in 0..1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Writes a WAV of tones in syllables, unlike any other seed's: loud at once from its first sample, so that a recording of
 * it can be placed to the sample, and as uneven as speech, so that no shifted copy fits.
 */
export function writeSynthClip(path: string, seed: number, seconds: number): void {
  const random = seeded(seed);
  const samples = new Int16Array(seconds * RATE);
  let at = 0;
  while (at < samples.length) {
    const length = Math.min(samples.length - at, Math.floor((0.08 + random() * 0.18) * RATE));
    const base = 120 + random() * 300;
    const formant = 600 + random() * 2400;
    const loud = 0.35 + random() * 0.5;
    for (let index = 0; index < length; index++) {
      const time = index / RATE;
      const envelope = Math.min(1, (length - index) / 480) * loud;
      const value =
        0.6 * Math.sin(2 * Math.PI * base * time) +
        0.3 * Math.sin(2 * Math.PI * formant * time) +
        0.2 * (random() - 0.5);
      samples[at + index] = Math.round(value * envelope * 24_000);
    }
    at += length + Math.floor(random() * 0.05 * RATE);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer)]));
}
