import { Buffer } from 'node:buffer';
import { SAMPLE_RATE } from '../../../domain/placement.ts';

/**
 * The head of our WAV files: a Broadcast Wave (EBU Tech 3285, version 1) whose `bext` chunk says at which instant sample 0
 * sounded, with room for the 64-bit sizes of RF64 (EBU Tech 3306), which come into force above 4 GiB. Always of the same
 * length, so that sample n is at `HEADER_BYTES + 2 n`.
 */
const BEXT_FIXED_BYTES = 602;
const HISTORY = 'A=PCM,F=48000,W=16,M=mono,T=Loa Ban\r\n'.padEnd(62, '\0');
const BEXT_BYTES = BEXT_FIXED_BYTES + HISTORY.length;
const ORIGINATOR = 'Loa Ban';
const SIZES_AT = 12;
const BEXT_AT = SIZES_AT + 8 + 28;
const FORMAT_AT = BEXT_AT + 8 + BEXT_BYTES;
const DATA_AT = FORMAT_AT + 8 + 16;
export const HEADER_BYTES = DATA_AT + 8;

const DAY_MS = 86_400_000;
const MAX_U32 = 0xffff_ffff;

/** When a recording begins: a UTC day (Unix ms of its midnight) and samples since then, exact to the sample. */
export interface Timeline {
  readonly midnight: number;
  readonly samplesSinceMidnight: number;
}

/** The timeline that begins at the first whole sample at or after `instant` (Unix ms). */
export function timelineFrom(instant: number): Timeline {
  const midnight = Math.floor(instant / DAY_MS) * DAY_MS;
  return { midnight, samplesSinceMidnight: Math.ceil(((instant - midnight) * SAMPLE_RATE) / 1000) };
}

/** The instant (Unix ms, fractional) of sample `index` of the file. */
export function timelineInstant(timeline: Timeline, index: number): number {
  return timeline.midnight + ((timeline.samplesSinceMidnight + index) * 1000) / SAMPLE_RATE;
}

/** The index of the first sample at or after `instant`; negative before the file's beginning. */
export function timelineIndex(timeline: Timeline, instant: number): number {
  const index = ((instant - timeline.midnight) * SAMPLE_RATE) / 1000 - timeline.samplesSinceMidnight;
  // Unix ms as doubles are exact to a hundredth of a sample; adding 0 makes -0 a 0.
  return Math.ceil(index - 0.02) + 0;
}

export function encodeHeader(timeline: Timeline, dataBytes: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  const riffBytes = HEADER_BYTES - 8 + dataBytes;
  const big = riffBytes > MAX_U32;
  head.write(big ? 'RF64' : 'RIFF', 0, 'latin1');
  head.writeUInt32LE(big ? MAX_U32 : riffBytes, 4);
  head.write('WAVE', 8, 'latin1');

  head.write(big ? 'ds64' : 'JUNK', SIZES_AT, 'latin1');
  head.writeUInt32LE(28, SIZES_AT + 4);
  if (big) {
    head.writeBigUInt64LE(BigInt(riffBytes), SIZES_AT + 8);
    head.writeBigUInt64LE(BigInt(dataBytes), SIZES_AT + 16);
    head.writeBigUInt64LE(BigInt(Math.floor(dataBytes / 2)), SIZES_AT + 24);
  }

  head.write('bext', BEXT_AT, 'latin1');
  head.writeUInt32LE(BEXT_BYTES, BEXT_AT + 4);
  const bext = BEXT_AT + 8;
  const start = timelineInstant(timeline, 0);
  const [date = '', time = ''] = new Date(Math.floor(start)).toISOString().split('T');
  head.write(`Loa Ban: what this loudspeaker played. t0UnixMs=${start.toFixed(4)}`, bext, 256, 'latin1');
  head.write(ORIGINATOR, bext + 256, 32, 'latin1');
  head.write(date, bext + 320, 10, 'latin1');
  head.write(time.slice(0, 8), bext + 330, 8, 'latin1');
  head.writeBigUInt64LE(BigInt(timeline.samplesSinceMidnight), bext + 338);
  head.writeUInt16LE(1, bext + 346);
  head.write(HISTORY, bext + BEXT_FIXED_BYTES, 'latin1');

  head.write('fmt ', FORMAT_AT, 'latin1');
  head.writeUInt32LE(16, FORMAT_AT + 4);
  head.writeUInt16LE(1, FORMAT_AT + 8);
  head.writeUInt16LE(1, FORMAT_AT + 10);
  head.writeUInt32LE(SAMPLE_RATE, FORMAT_AT + 12);
  head.writeUInt32LE(SAMPLE_RATE * 2, FORMAT_AT + 16);
  head.writeUInt16LE(2, FORMAT_AT + 20);
  head.writeUInt16LE(16, FORMAT_AT + 22);

  head.write('data', DATA_AT, 'latin1');
  head.writeUInt32LE(big ? MAX_U32 : dataBytes, DATA_AT + 4);
  return head;
}

/** The timeline of a file that this module began, or null for any other file. Sizes are not looked at. */
export function decodeTimeline(head: Buffer): Timeline | null {
  if (head.length < HEADER_BYTES) return null;
  const text = (at: number, length: number) => head.toString('latin1', at, at + length).replaceAll('\0', '');
  const bext = BEXT_AT + 8;
  const ours =
    ['RIFF', 'RF64'].includes(text(0, 4)) &&
    text(8, 4) === 'WAVE' &&
    text(BEXT_AT, 4) === 'bext' &&
    text(bext + 256, 32) === ORIGINATOR &&
    text(DATA_AT, 4) === 'data';
  if (!ours) return null;
  const midnight = Date.parse(`${text(bext + 320, 10)}T00:00:00Z`);
  if (Number.isNaN(midnight)) return null;
  return { midnight, samplesSinceMidnight: Number(head.readBigUInt64LE(bext + 338)) };
}
