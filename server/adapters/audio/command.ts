import { Writable } from 'node:stream';
import type { FfmpegCommand } from 'fluent-ffmpeg';
import ffmpeg from 'fluent-ffmpeg';
import type { AudioPrograms } from './programs.ts';

/**
 * What a file from outside may be. Everything else that ffmpeg can open is refused: playlists and `concat` lists, for one,
 * make it read other files and call other machines.
 */
export const SAFE_INPUT = [
  '-protocol_whitelist',
  'file,pipe',
  '-format_whitelist',
  'wav,w64,aiff,au,caf,flac,mp3,ogg,mov,matroska,aac,amr,amrnb,amrwb,asf,ac3,eac3,wv,ape,avi,mpegts,mpeg',
];

/** An ffmpeg that ended badly: how it ended, and the last lines that it wrote. */
export class FfmpegFailure extends Error {
  readonly stderr: string;
  constructor(message: string, stderr: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FfmpegFailure';
    this.stderr = stderr;
  }
}

/** A new fluent-ffmpeg command on the given programs. (It keeps the paths for the whole process, so each command sets them.) */
export function commandOn(programs: AudioPrograms): FfmpegCommand {
  return ffmpeg({ stdoutLines: 50 }).setFfmpegPath(programs.ffmpeg).setFfprobePath(programs.ffprobe);
}

/**
 * A place for an ffmpeg's output, given chunk by chunk to `take`, which may be slow: ffmpeg then waits.
 * It never says 'close', on which fluent-ffmpeg would give a program that is still ending just 20 ms before it calls the
 * run a failure.
 */
export class Receiver extends Writable {
  readonly #take: (chunk: Buffer<ArrayBuffer>) => void | Promise<void>;
  #ended: () => void = () => undefined;
  /** Settles when the last byte has been taken. */
  readonly taken = new Promise<void>((resolve) => {
    this.#ended = resolve;
  });

  constructor(take: (chunk: Buffer<ArrayBuffer>) => void | Promise<void>) {
    super({ emitClose: false, highWaterMark: 1 << 20 });
    this.#take = take;
  }

  override _write(chunk: Buffer<ArrayBuffer>, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    Promise.resolve()
      .then(() => this.#take(chunk))
      .then(
        () => done(),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended();
    done();
  }
}

/**
 * Runs a command to its end. Rejects with `FfmpegFailure`, with the signal's reason when it was aborted (the program is
 * killed and waited for), or with what the receiver threw.
 * @returns what ffmpeg wrote to standard error (its last lines)
 */
export async function run(command: FfmpegCommand, receiver: Receiver, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const kill = () => {
    command.kill('SIGKILL');
  };
  let receiverError: Error | null = null;
  try {
    return await new Promise<string>((resolve, reject) => {
      command.on('start', () => {
        if (signal.aborted)
          kill(); // it came before the program did
        else signal.addEventListener('abort', kill, { once: true });
      });
      receiver.once('error', (error) => {
        receiverError = error;
      });
      command.on('error', (error: Error, _stdout: string | null, stderr: string | null) => {
        reject(receiverError ?? new FfmpegFailure(error.message, stderr ?? '', { cause: error }));
      });
      command.on('end', (_stdout: string | null, stderr: string | null) => {
        receiver.taken.then(() => resolve(stderr ?? ''), reject);
      });
      surviveFailedSpawn(command);
      command.output(receiver, { end: true }).run();
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/**
 * fluent-ffmpeg 2.1.3 throws a TypeError out of an event handler, and so ends the server, when ffmpeg cannot be started (no
 * memory, too many processes, a program that was just removed): it then reads output lines that it was never given. Here
 * it is given empty ones, and the failure arrives as an `error` event like any other.
 */
function surviveFailedSpawn(command: FfmpegCommand): void {
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
