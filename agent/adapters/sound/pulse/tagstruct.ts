import { Buffer } from 'node:buffer';

/**
 * The typed values that PulseAudio's native protocol puts into its messages: one tag byte each, big-endian. Only the
 * types that playing needs.
 */
const TAG = {
  string: 0x74, // t
  noString: 0x4e, // N
  u32: 0x4c, // L
  u8: 0x42, // B
  u64: 0x52, // R
  s64: 0x72, // r
  sampleSpec: 0x61, // a
  arbitrary: 0x78, // x
  yes: 0x31, // 1
  no: 0x30, // 0
  time: 0x54, // T
  usec: 0x55, // U
  channelMap: 0x6d, // m
  channelVolume: 0x76, // v
  propertyList: 0x50, // P
} as const;

const SAMPLE_S16LE = 3;
const CHANNEL_MONO = 0;

/** Builds one message. Each method appends a value and answers itself. */
export class TagWriter {
  readonly #parts: Buffer[] = [];

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  u32(value: number): this {
    const part = Buffer.alloc(5);
    part[0] = TAG.u32;
    part.writeUInt32BE(value >>> 0, 1);
    return this.#add(part);
  }

  bool(value: boolean): this {
    return this.#add(Buffer.of(value ? TAG.yes : TAG.no));
  }

  string(value: string | null): this {
    return this.#add(value === null ? Buffer.of(TAG.noString) : Buffer.from(`\x74${value}\0`, 'utf8'));
  }

  arbitrary(value: Buffer): this {
    const head = Buffer.alloc(5);
    head[0] = TAG.arbitrary;
    head.writeUInt32BE(value.length, 1);
    return this.#add(head, value);
  }

  /** @param instant Unix ms, fractional; the protocol carries microseconds */
  time(instant: number): this {
    const micros = Math.round(instant * 1000);
    const part = Buffer.alloc(9);
    part[0] = TAG.time;
    part.writeUInt32BE(Math.floor(micros / 1_000_000), 1);
    part.writeUInt32BE(micros % 1_000_000, 5);
    return this.#add(part);
  }

  /** Mono, 16 bit little-endian. */
  monoSpec(rate: number): this {
    const part = Buffer.alloc(7);
    part[0] = TAG.sampleSpec;
    part[1] = SAMPLE_S16LE;
    part[2] = 1;
    part.writeUInt32BE(rate, 3);
    return this.#add(part);
  }

  monoMap(): this {
    return this.#add(Buffer.of(TAG.channelMap, 1, CHANNEL_MONO));
  }

  /** @param volume 0x10000 is 100 % */
  monoVolume(volume: number): this {
    const part = Buffer.alloc(6);
    part[0] = TAG.channelVolume;
    part[1] = 1;
    part.writeUInt32BE(volume, 2);
    return this.#add(part);
  }

  propertyList(properties: Readonly<Record<string, string>>): this {
    this.#add(Buffer.of(TAG.propertyList));
    for (const [key, value] of Object.entries(properties)) {
      const bytes = Buffer.from(`${value}\0`, 'utf8');
      this.string(key).u32(bytes.length).arbitrary(bytes);
    }
    return this.string(null);
  }

  #add(...parts: Buffer[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

/** Reads one message, value by value; throws a plain `Error` when the next value is of another type or missing. */
export class TagReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#take(TAG.u32, 4));
  }

  s64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#take(TAG.s64, 8)));
  }

  /** A duration in microseconds. */
  usec(): number {
    return Number(this.#bytes.readBigUInt64BE(this.#take(TAG.usec, 8)));
  }

  /** An instant: Unix ms, fractional. */
  time(): number {
    const at = this.#take(TAG.time, 8);
    return this.#bytes.readUInt32BE(at) * 1000 + this.#bytes.readUInt32BE(at + 4) / 1000;
  }

  bool(): boolean {
    const tag = this.#bytes[this.#at];
    if (tag !== TAG.yes && tag !== TAG.no) throw new Error(`pulse: a yes or no was expected, not tag ${String(tag)}`);
    this.#at += 1;
    return tag === TAG.yes;
  }

  string(): string | null {
    if (this.#bytes[this.#at] === TAG.noString) {
      this.#at += 1;
      return null;
    }
    const start = this.#take(TAG.string, 1);
    const end = this.#bytes.indexOf(0, start);
    if (end < 0) throw new Error('pulse: a string without an end');
    this.#at = end + 1;
    return this.#bytes.toString('utf8', start, end);
  }

  /** Steps over a sample specification. */
  skipSampleSpec(): void {
    this.#take(TAG.sampleSpec, 6);
  }

  /** Steps over a channel map. */
  skipChannelMap(): void {
    const at = this.#take(TAG.channelMap, 1);
    this.#at += this.#bytes[at] ?? 0;
  }

  #take(tag: number, length: number): number {
    const found = this.#bytes[this.#at];
    if (found !== tag || this.#at + 1 + length > this.#bytes.length) {
      throw new Error(`pulse: tag ${tag} was expected at ${this.#at}, not ${String(found)}`);
    }
    const start = this.#at + 1;
    this.#at = start + length;
    return start;
  }
}
