import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A file as ffmpeg's own EBU R 128 meter sees it: the witness that our meters are held against. */
export interface WitnessedLoudness {
  readonly durationMs: number;
  /** LUFS, to a tenth; -70 or less means silence. */
  readonly lufs: number;
  /** dBTP, to a tenth; `-Infinity` for digital silence. */
  readonly truePeakDb: number;
}

/**
 * Decodes a file to 48 kHz, with all its channels, and measures it with `ebur128=peak=true`.
 * @param ffmpeg the program
 * Rejects when ffmpeg cannot decode it.
 */
export async function witnessLoudness(path: string, ffmpeg = 'ffmpeg'): Promise<WitnessedLoudness> {
  const chain = 'aresample=48000,ebur128=peak=true:framelog=verbose';
  const args = ['-hide_banner', '-nostdin', '-i', path, '-map', '0:a:0', '-af', chain, '-f', 'null', '-'];
  const { stderr } = await promisify(execFile)(ffmpeg, args, { maxBuffer: 1 << 24 });
  // The last "time=" of the progress line is the length of what was decoded.
  const time = [...stderr.matchAll(/time=(\d+):(\d+):(\d+\.\d+)/g)].at(-1);
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const lufs = /\bI:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1];
  const peak = /True peak:\s+Peak:\s+(-?[\d.]+|-inf) dBFS/.exec(summary)?.[1];
  if (!time || lufs === undefined || peak === undefined)
    throw new Error(`ffmpeg gave no loudness for ${path}:\n${stderr}`);
  const seconds = time.slice(1).reduce((sum, part) => sum * 60 + Number(part), 0);
  return {
    durationMs: Math.round(seconds * 1000),
    lufs: Number(lufs),
    truePeakDb: peak === '-inf' ? Number.NEGATIVE_INFINITY : Number(peak),
  };
}
