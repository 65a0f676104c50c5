import { Buffer } from 'node:buffer';
import { Writable } from 'node:stream';
import { SAMPLE_RATE } from '../../domain/placement.ts';

/** A stretch of a clip, in samples from its beginning. */
export interface Piece {
  readonly path: string;
  readonly from: number;
  readonly samples: number;
}

/**
 * Lossy codecs carry state from frame to frame: a decoder that begins this much earlier gives the same samples, bit for
 * bit, as one that ran from the clip's beginning (measured with Opus: 0.5 s is enough).
 */
const RUN_IN_SAMPLES = SAMPLE_RATE;

/**
 * Decodes one piece by one ffmpeg, which is gone when the answer is there.
 * @returns up to `piece.samples` samples; fewer at the clip's end
 * @throws Error in ffmpeg's words when it cannot; `signal.reason` when it was called off
 */
export async function decodePiece(ffmpegPath: string, piece: Piece, signal: AbortSignal): Promise<Int16Array> {
  // Some 5 MB of resident memory that a box pays only once it plays.
  const { default: ffmpeg } = await import('fluent-ffmpeg');
  signal.throwIfAborted();
  const runIn = Math.min(RUN_IN_SAMPLES, piece.from);
  const pcm = new PcmCollector(runIn, piece.samples);
  const seconds = (samples: number) => (samples / SAMPLE_RATE).toFixed(6);
  const command = ffmpeg(piece.path, { stdoutLines: 20 }).setFfmpegPath(ffmpegPath);
  if (piece.from > runIn) command.seekInput(seconds(piece.from - runIn));
  command
    .inputOptions(['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1', '-vn', '-sn', '-dn'])
    .outputOptions(['-t', seconds(runIn + piece.samples), '-f', 's16le', '-c:a', 'pcm_s16le', '-ac', '1'])
    .outputOptions(['-ar', String(SAMPLE_RATE), '-map_metadata', '-1'])
    .output(pcm);
  return await new Promise((resolve, reject) => {
    const callOff = () => {
      command.kill('SIGKILL');
      reject(signal.reason);
    };
    signal.addEventListener('abort', callOff, { once: true });
    // A child that was started in the same instant in which it was called off.
    command.on('start', () => signal.aborted && command.kill('SIGKILL'));
    command.on('error', (cause: Error) => {
      signal.removeEventListener('abort', callOff);
      reject(cause);
    });
    command.on('end', () => {
      signal.removeEventListener('abort', callOff);
      pcm.whole().then(resolve, reject);
    });
    surviveFailedSpawn(command);
    command.run();
  });
}

/**
 * fluent-ffmpeg 2.1.3 throws a TypeError out of an event handler, and so ends the program, when ffmpeg cannot be started
 * (no memory, too many processes): it then reads output lines that it was never given. Here it is given empty ones.
 */
function surviveFailedSpawn(command: object): void {
  const spawn: unknown = Reflect.get(command, '_spawnFfmpeg');
  if (typeof spawn !== 'function') return;
  const noLines = { get: () => '' };
  Reflect.set(command, '_spawnFfmpeg', (args: unknown, options: unknown, started: unknown, ended: unknown) => {
    if (typeof ended !== 'function') return spawn.call(command, args, options, started);
    return spawn.call(command, args, options, started, (cause: unknown, out: unknown, err: unknown) => {
      ended(cause, out ?? noLines, err ?? noLines);
    });
  });
}

/** Takes s16le bytes into one array of the piece's size, less the run-in. */
class PcmCollector extends Writable {
  readonly #bytes: Buffer;
  #skip: number;
  #length = 0;
  readonly #finished: Promise<void>;

  constructor(skipSamples: number, samples: number) {
    // No 'close' event: fluent-ffmpeg takes that for a reader that went away.
    super({ autoDestroy: false, emitClose: false });
    this.#bytes = Buffer.from(new ArrayBuffer(samples * 2));
    this.#skip = skipSamples * 2;
    this.#finished = new Promise((resolve) => this.once('finish', resolve));
  }

  /** The samples, once ffmpeg has closed its output. */
  async whole(): Promise<Int16Array> {
    await this.#finished;
    return new Int16Array(this.#bytes.buffer, 0, Math.floor(this.#length / 2));
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    this.#length += chunk.copy(this.#bytes, this.#length, skipped);
    done();
  }
}
