import { floatsOf } from './pcmFile.ts';

/** What a WAV stream says before its first sample. */
export interface WavFormat {
  readonly rate: number;
  readonly channels: number;
}

const FORMAT_AT = 12; // after "RIFF", a length that a stream cannot know, and "WAVE"

/**
 * Takes a WAV stream of 32-bit floats, as ffmpeg writes it into a pipe, apart into its format and its frames. It is the
 * decoder's own word on what it gives, so that no other program has to be asked first.
 */
export class WavStream {
  #rest: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #format: WavFormat | null = null;

  /** Known once the header has passed. */
  get format(): WavFormat | null {
    return this.#format;
  }

  /** Takes the next bytes and gives the interleaved samples of the frames that are whole. */
  push(chunk: Buffer<ArrayBuffer>): Float32Array<ArrayBuffer> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const format = this.#format ?? this.#readHeader();
    if (format === null) return new Float32Array(0);
    const frame = format.channels * Float32Array.BYTES_PER_ELEMENT;
    const whole = this.#rest.length - (this.#rest.length % frame);
    const samples = floatsOf(this.#rest.subarray(0, whole));
    this.#rest = this.#rest.subarray(whole);
    return samples;
  }

  #readHeader(): WavFormat | null {
    let found: WavFormat | null = null;
    for (let at = FORMAT_AT; at + 8 <= this.#rest.length; ) {
      const name = this.#rest.toString('latin1', at, at + 4);
      const length = this.#rest.readUInt32LE(at + 4);
      if (name === 'data' && found !== null) {
        this.#rest = this.#rest.subarray(at + 8);
        this.#format = found;
        return found;
      }
      if (at + 8 + length > this.#rest.length) return null; // more of the header is to come
      if (name === 'fmt ')
        found = { channels: this.#rest.readUInt16LE(at + 10), rate: this.#rest.readUInt32LE(at + 12) };
      at += 8 + length + (length % 2);
    }
    return null;
  }
}
