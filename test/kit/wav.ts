import { readFileSync } from 'node:fs';

/** A recording whose samples have instants. */
export interface TimedRecording {
  /** Unix ms, fractional, of sample 0; null when the file does not say (no `bext` chunk). */
  readonly t0Ms: number | null;
  readonly rate: number;
  /** First channel. */
  readonly samples: Int16Array;
  /** Data bytes that the header promises. */
  readonly promisedBytes: number;
}

const DAY_CHARACTERS = 10;

/**
 * Reads a 16-bit WAV as a witness would: RIFF or RF64, any order of chunks, and the instant of sample 0 out of the
 * Broadcast Wave chunk (origination date, and samples since midnight UTC). The data ends where the file ends.
 */
export function readWav(path: string): TimedRecording {
  const file = readFileSync(path);
  const kind = file.toString('latin1', 0, 4);
  if ((kind !== 'RIFF' && kind !== 'RF64') || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(`${path} is no WAV file`);
  }
  let at = 12;
  let rate = 0;
  let channels = 1;
  let bext: { midnight: number; reference: number } | null = null;
  let longBytes: number | null = null;
  while (at + 8 <= file.length) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'ds64') longBytes = Number(file.readBigUInt64LE(body + 8));
    if (name === 'bext') {
      const date = file.toString('latin1', body + 320, body + 320 + DAY_CHARACTERS);
      bext = {
        midnight: Date.parse(`${date}T00:00:00Z`),
        reference: file.readUInt32LE(body + 338) + file.readUInt32LE(body + 342) * 2 ** 32,
      };
    }
    if (name === 'fmt ') {
      channels = file.readUInt16LE(body + 2);
      rate = file.readUInt32LE(body + 4);
      if (file.readUInt16LE(body + 14) !== 16) throw new Error(`${path} is not 16 bit`);
    }
    if (name === 'data') {
      const end = file.length - ((file.length - body) % 2);
      const all = new Int16Array(file.buffer.slice(file.byteOffset + body, file.byteOffset + end));
      const samples = channels === 1 ? all : all.filter((_, i) => i % channels === 0);
      const t0Ms = bext === null ? null : bext.midnight + (bext.reference * 1000) / rate;
      return { t0Ms, rate, samples, promisedBytes: longBytes ?? length };
    }
    at = body + length + (length % 2);
  }
  throw new Error(`${path} has no data chunk`);
}

/** The instant (Unix ms) of a sample of a recording; throws when the file says none. */
export function instantInWav(recording: TimedRecording, sample: number): number {
  if (recording.t0Ms === null) throw new Error('this recording does not say when it began');
  return recording.t0Ms + (sample * 1000) / recording.rate;
}
