import { AudioFault } from '../../ports/audio.ts';

const SHORTEST_MS = 500;
/** How Node and fluent-ffmpeg say that a program is missing, may not be run, or found no room to start. */
const NOT_STARTED = /\bspawn\b.* E[A-Z]+|Cannot find ff(mpeg|probe)/;

/** Every refusal of a file in words for staff, each with its remedy. */
export const refuse = {
  empty: () => new AudioFault('empty', 'The file is empty (0 bytes). Export or record it again and upload it anew.'),
  notAudio: (options?: ErrorOptions) =>
    new AudioFault(
      'notAudio',
      'The file holds no sound that can be read, whatever its name says. Upload a recording, for example MP3, WAV, M4A, OGG or FLAC.',
      options,
    ),
  truncated: (options?: ErrorOptions) =>
    new AudioFault(
      'truncated',
      'The file breaks off: its end is missing, as after an interrupted copy or upload. Copy it again from where it was made and upload it anew.',
      options,
    ),
  silent: () =>
    new AudioFault(
      'silent',
      'Nothing can be heard in the recording (below -70 LUFS throughout). Check the microphone and its cable, and record again.',
    ),
  tooShort: (durationMs: number) =>
    new AudioFault(
      'tooShort',
      `The recording lasts ${(durationMs / 1000).toFixed(2)} s; at least ${SHORTEST_MS / 1000} s is needed. Check that the right file was chosen.`,
    ),
  tooLong: (longestMs: number) =>
    new AudioFault(
      'tooLong',
      `The recording is longer than ${Math.round(longestMs / 60_000)} minutes, the longest allowed. Cut it into parts and upload each.`,
    ),
  failed: (reason: string, options?: ErrorOptions) =>
    new AudioFault(
      'failed',
      `The recording could not be worked on: ${reason}. Try again; if it stays so, tell the operator.`,
      options,
    ),
};

/** Throws unless the duration, in ms, is one that a bulletin may have. */
export function checkDuration(durationMs: number, longestMs: number): void {
  if (durationMs < SHORTEST_MS) throw refuse.tooShort(durationMs);
  if (durationMs > longestMs) throw refuse.tooLong(longestMs);
}

/** The refusal of a file that ffmpeg cannot open, by what it said. */
export function unreadable(said: string, cause: unknown): AudioFault {
  // The server's trouble and not the file's: nobody is to record a good bulletin again for it.
  if (cause instanceof Error && NOT_STARTED.test(cause.message)) {
    return refuse.failed('ffmpeg could not be started on the server', { cause });
  }
  // An MP4 keeps its table of contents at the end, so that is what a broken-off one lacks.
  return said.includes('moov atom not found') ? refuse.truncated({ cause }) : refuse.notAudio({ cause });
}
