import { open } from 'node:fs/promises';

/** About a second of sound: a few ms of work, so that the server answers others in between. */
export const PIECE_SAMPLES = 32_768;
const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The whole 32-bit floats in a chunk of bytes, without a copy where they lie at a fit address. */
export function floatsOf(bytes: Buffer<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const length = Math.floor(bytes.length / BYTES);
  if (bytes.byteOffset % BYTES === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, length);
  const samples = new Float32Array(length);
  Buffer.from(samples.buffer).set(bytes.subarray(0, length * BYTES));
  return samples;
}

/**
 * The samples of a file of 32-bit floats, in order, in pieces of one size.
 * Each piece lies in the same memory as the one before it: use it up before asking for the next.
 * @param every 1 for all of them; 3, say, for each third piece
 */
export async function* readPcm(path: string, every = 1): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const samples = new Float32Array(PIECE_SAMPLES);
    for (let piece = 0; ; piece += every) {
      const { bytesRead } = await file.read(new Uint8Array(samples.buffer), {
        position: piece * PIECE_SAMPLES * BYTES,
      });
      if (bytesRead === 0) return;
      yield samples.subarray(0, bytesRead / BYTES);
    }
  } finally {
    await file.close();
  }
}
