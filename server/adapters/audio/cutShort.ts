import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** A header that promises up to this share more than is there is taken for a careless program, not for a lost tail. */
const TOLERATED = 0.005;

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, Math.max(0, position));
  return buffer.subarray(0, bytesRead);
}

/** WAV: the data chunk's declared length against what is there. 0 and all ones mean that the writer did not know. */
async function wavCutShort(file: FileHandle, size: number): Promise<boolean> {
  let at = 12;
  while (at + 8 <= size) {
    const header = await bytesAt(file, at, 8);
    const length = header.readUInt32LE(4);
    if (header.toString('latin1', 0, 4) === 'data') {
      const there = size - at - 8;
      return length !== 0 && length < 0xffff_ff00 && there < length * (1 - TOLERATED);
    }
    at += 8 + length + (length % 2);
  }
  return true; // it ends before its sound begins
}

/** Ogg: the last page must be whole. A page is at most 65,307 bytes: 27 of header, 255 of table, 255 times 255 of data. */
async function oggCutShort(file: FileHandle, size: number): Promise<boolean> {
  const tail = await bytesAt(file, size - 65_307, 65_307);
  const at = tail.lastIndexOf('OggS');
  if (at < 0 || at + 27 > tail.length) return true;
  const segments = tail.readUInt8(at + 26);
  const table = tail.subarray(at + 27, at + 27 + segments);
  const length = 27 + segments + table.reduce((sum, segment) => sum + segment, 0);
  return at + length > tail.length;
}

/** MP3: the length in the Xing or Info header that encoders leave in the first frame. Without one nothing can be said. */
async function mp3CutShort(file: FileHandle, size: number): Promise<boolean> {
  const tag = await bytesAt(file, 0, 10);
  const hasTag = tag.length === 10 && tag.toString('latin1', 0, 3) === 'ID3';
  // The tag's size is written in four bytes of seven bits each.
  const start = hasTag ? 10 + tag.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0) : 0;
  const frame = await bytesAt(file, start, 256);
  const isFrame = frame.length > 4 && frame[0] === 0xff && ((frame[1] ?? 0) & 0xe0) === 0xe0;
  const at = Math.max(frame.indexOf('Xing'), frame.indexOf('Info'));
  if (!isFrame || at < 0 || at + 16 > frame.length) return false;
  const flags = frame.readUInt32BE(at + 4);
  if ((flags & 2) === 0) return false;
  const declared = frame.readUInt32BE(at + 8 + ((flags & 1) === 1 ? 4 : 0));
  return size - start < declared * (1 - TOLERATED);
}

/** True when the file's own container promises more than is there, in one of the ways that ffmpeg passes over in silence. */
export async function isCutShort(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = (await bytesAt(file, 0, 12)).toString('latin1');
    if (start.startsWith('RIFF') && start.endsWith('WAVE')) return await wavCutShort(file, size);
    if (start.startsWith('OggS')) return await oggCutShort(file, size);
    return await mp3CutShort(file, size); // has no mark of its own; anything else holds no header of that kind
  } finally {
    await file.close();
  }
}

/** Containers whose header tells the duration; for others ffprobe's figure is an estimate from the bit rate. */
const TELL_DURATION = new Set(['flac', 'mov', 'matroska', 'asf', 'caf', 'aiff', 'w64', 'wv', 'ape']);
const SLACK_MS = 250;

/** True when clearly less came out of the decoder than the header had promised. */
export function cameOutShort(container: string, declaredMs: number, decodedMs: number): boolean {
  return TELL_DURATION.has(container) && decodedMs < declaredMs * (1 - TOLERATED) - SLACK_MS;
}
