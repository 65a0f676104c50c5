import { SAMPLE_RATE, samplesIn } from '../../domain/placement.ts';
import type { ClipDecoder, DecodedClip } from '../../ports/sound.ts';
import { decodePiece } from './decodePiece.ts';

/** The first piece is short, so that an emergency sounds soon. */
const FIRST_PIECE_SAMPLES = 4 * SAMPLE_RATE;
/** 20 s are 1.9 MB; ffmpeg needs about 0.1 s for them, and 50 MB of memory while it runs. */
const PIECE_SAMPLES = 20 * SAMPLE_RATE;
/** The next piece is asked for when so much is left of the one that plays. */
const ASK_AT_SAMPLES = 3 * SAMPLE_RATE;

/**
 * Decodes clips through the system's ffmpeg, in pieces: a child for each, which ends before its piece is played. Next to
 * a child that waits through the whole clip on a full pipe, that keeps its 50 MB out of a box's memory for 99 % of the
 * time, at the cost of a start of ffmpeg every 20 s. The pieces join bit for bit.
 */
export class FfmpegClipDecoder implements ClipDecoder {
  readonly #ffmpegPath: string;

  constructor(ffmpegPath: string) {
    this.#ffmpegPath = ffmpegPath;
  }

  async open(path: string, fromMs: number): Promise<DecodedClip> {
    const clip = new PiecewiseClip(this.#ffmpegPath, path, samplesIn(fromMs));
    await clip.begin();
    return clip;
  }
}

class PiecewiseClip implements DecodedClip {
  readonly #ffmpegPath: string;
  readonly #path: string;
  readonly #abort = new AbortController();
  /** Where the next piece begins in the clip. */
  #next: number;
  #current: Int16Array = new Int16Array(0);
  #coming: Promise<Int16Array> | null = null;
  #ended = false;

  constructor(ffmpegPath: string, path: string, from: number) {
    this.#ffmpegPath = ffmpegPath;
    this.#path = path;
    this.#next = from;
  }

  /** Fetches the first piece. */
  async begin(): Promise<void> {
    this.#current = await this.#fetch(FIRST_PIECE_SAMPLES);
    if (this.#current.length === 0 && this.#next === 0) throw new Error(`${this.#path} holds no sound`);
  }

  async read(samples: number): Promise<Int16Array> {
    // The clip's last piece may have come already, and with it the knowledge that there is no other.
    if (this.#current.length === 0 && (this.#coming !== null || !this.#ended)) {
      this.#current = await (this.#coming ?? this.#fetch(PIECE_SAMPLES));
      this.#coming = null;
    }
    const part = this.#current.subarray(0, samples);
    this.#current = this.#current.subarray(part.length);
    if (!this.#ended && this.#coming === null && this.#current.length <= ASK_AT_SAMPLES) {
      this.#coming = this.#fetch(PIECE_SAMPLES);
      // A failure is the reader's who comes to it; one that was called off before is nobody's.
      this.#coming.catch(() => undefined);
    }
    return part;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#current = new Int16Array(0);
    this.#abort.abort(new Error('the clip was closed'));
    const coming = this.#coming;
    this.#coming = null;
    await coming?.catch(() => undefined);
  }

  async #fetch(samples: number): Promise<Int16Array> {
    const piece = await decodePiece(
      this.#ffmpegPath,
      { path: this.#path, from: this.#next, samples },
      this.#abort.signal,
    ).catch((cause: unknown) => {
      const words = (cause instanceof Error ? cause.message : String(cause)).trim();
      throw new Error(`${this.#path} cannot be decoded: ${words}`, { cause });
    });
    this.#next += piece.length;
    if (piece.length < samples) this.#ended = true;
    return piece;
  }
}
