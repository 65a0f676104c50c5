/** The numbers of PulseAudio's native protocol that a player meets. */

/** The version spoken: the last one without format negotiation, which plain PCM does not need (PulseAudio 0.9.22 on, PipeWire). */
export const PROTOCOL_VERSION = 18;

export const COMMAND = {
  error: 0,
  reply: 2,
  createPlaybackStream: 3,
  deletePlaybackStream: 4,
  auth: 8,
  setClientName: 9,
  getPlaybackLatency: 14,
  request: 61,
  overflow: 62,
  underflow: 63,
  playbackStreamKilled: 64,
  playbackStreamSuspended: 76,
  playbackStreamMoved: 78,
} as const;

/** Why a command was refused (`ERROR`), as far as the remedy differs. */
export const ERROR_CODE = { access: 1, noEntity: 5, authKey: 11 } as const;

const ERROR_NAMES = [
  'no error',
  'access denied',
  'unknown command',
  'invalid argument',
  'entity exists',
  'no such entity',
  'connection refused',
  'protocol error',
  'timeout',
  'no authentication key',
  'internal error',
  'connection terminated',
  'entity killed',
  'invalid server',
  'module initialisation failed',
  'bad state',
  'no data',
  'incompatible protocol version',
  'too large',
  'not supported',
];

export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `error ${code}`;
}

export const NO_INDEX = 0xffff_ffff;
/** The channel of control messages, as against a stream's samples. */
export const CONTROL_CHANNEL = 0xffff_ffff;
export const DESCRIPTOR_BYTES = 20;
/** Where samples go: at an absolute byte index of the stream. */
export const SEEK_ABSOLUTE = 1;
export const VOLUME_FULL = 0x1_0000;
/** The largest memory block a server must take is 64 KiB; ours are far smaller. */
export const MAX_BLOCK_BYTES = 65_472;
export const COOKIE_BYTES = 256;
