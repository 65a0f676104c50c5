import { basename } from 'node:path';
import type { ClipDecoder, DecodedClip } from '../../agent/ports/sound.ts';

/** Samples asked for at a time while a clip is read whole. */
const GULP = 480_000;

/**
 * Decodes each clip once for all agents of a simulation: five hundred boxes have five hundred ffmpegs, one machine that
 * plays all of them must not. Clips are told apart by their file's name, which is their hash.
 */
export class SharedDecoder implements ClipDecoder {
  readonly #decoder: ClipDecoder;
  readonly #most: number;
  readonly #clips = new Map<string, Promise<Int16Array>>();

  /** @param most clips kept decoded; a minute of one is 5.8 MB */
  constructor(decoder: ClipDecoder, most = 20) {
    this.#decoder = decoder;
    this.#most = most;
  }

  async open(path: string, fromMs: number): Promise<DecodedClip> {
    const name = basename(path);
    let clip = this.#clips.get(name);
    if (clip === undefined) {
      clip = this.#decodeWhole(path);
      this.#clips.set(name, clip);
      clip.catch(() => this.#clips.delete(name));
      const oldest = this.#clips.keys().next().value;
      if (this.#clips.size > this.#most && oldest !== undefined) this.#clips.delete(oldest);
    }
    const samples = await clip;
    let at = Math.round(fromMs * 48);
    return {
      read: async (count) => {
        const part = samples.subarray(at, at + count);
        at += part.length;
        return part;
      },
      close: () => Promise.resolve(),
    };
  }

  async #decodeWhole(path: string): Promise<Int16Array> {
    const decoded = await this.#decoder.open(path, 0);
    try {
      const parts: Int16Array[] = [];
      for (let part = await decoded.read(GULP); part.length > 0; part = await decoded.read(GULP)) parts.push(part);
      const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    } finally {
      await decoded.close();
    }
  }
}
