import { SAMPLE_RATE } from '../../../domain/placement.ts';
import { SinkFault, type SinkStream, type SoundClock, type SoundLog, type SoundSink } from '../../../ports/sound.ts';
import { PulseConnection, PulseRefusal } from './connection.ts';
import { COMMAND, ERROR_CODE, NO_INDEX, VOLUME_FULL } from './protocol.ts';
import { bytesIn, PulseStream } from './pulseStream.ts';
import { readCookie, readMachineId, serverSockets } from './serverAddress.ts';
import { TagWriter } from './tagstruct.ts';

const OPEN_WITHIN_MS = 5_000;
const MIN_REQUEST_MS = 20;
/** About half of this waits in the device, where not every one can take it back. */
const TARGET_MS = 400;

export interface PulseSinkParts {
  readonly clock: SoundClock;
  readonly log: SoundLog;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** A sound server that speaks PulseAudio's native protocol: PulseAudio itself or PipeWire. */
export class PulseSink implements SoundSink {
  readonly name: string;
  /** The agent may be held up by some 800 ms before there is a gap; a stop takes all of it back. */
  readonly leadMs = 1000;
  readonly #device: string | null;
  readonly #parts: PulseSinkParts;

  /** @param device the server's name of a sink, or null for its default */
  constructor(device: string | null, parts: PulseSinkParts) {
    this.name = device === null ? 'pulse' : `pulse:${device}`;
    this.#device = device;
    this.#parts = parts;
  }

  async open(): Promise<SinkStream> {
    const { env, uid, clock, log } = this.#parts;
    const sockets = serverSockets(env, uid, readMachineId());
    const opening = { given: false, connection: null as PulseConnection | null };
    const opened = PulseConnection.open(sockets, readCookie(env)).then(async (connection) => {
      opening.connection = connection;
      if (opening.given) connection.end();
      const channel = await this.#createStream(connection);
      const stream = new PulseStream({ connection, clock, log, channel, leadMs: this.leadMs });
      await stream.start();
      return stream;
    });
    try {
      return await withTimeout(opened, clock, OPEN_WITHIN_MS);
    } catch (cause) {
      opening.given = true;
      opening.connection?.end();
      throw cause;
    }
  }

  async #createStream(connection: PulseConnection): Promise<number> {
    const request = new TagWriter()
      .monoSpec(SAMPLE_RATE)
      .monoMap()
      .u32(NO_INDEX)
      .string(this.#device)
      .u32(NO_INDEX) // the longest queue: whatever the server allows
      .bool(false) // corked
      .u32(bytesIn(TARGET_MS)) // what the server wants; more is sent
      .u32(bytesIn(MIN_REQUEST_MS)) // prebuffering: an underrun holds the position instead of skipping samples
      .u32(bytesIn(MIN_REQUEST_MS))
      .u32(0) // sync group
      .monoVolume(VOLUME_FULL)
      .bool(false) // no remap
      .bool(false) // no remix
      .bool(false) // fix format
      .bool(false) // fix rate
      .bool(false) // fix channels
      .bool(this.#device !== null) // a device that was named is not swapped for another
      .bool(false) // variable rate
      .bool(false) // muted
      .bool(true) // the lead holds for device and queue together
      .propertyList({ 'media.name': 'Loa Bản', 'media.role': 'announcement' })
      .bool(true) // the volume above is meant: no remembered one of a user's mixer
      .bool(false) // early requests
      .bool(true) // so is 'not muted'
      .bool(false) // do not inhibit auto suspend
      .bool(false) // fail on suspend
      .bool(false) // relative volume
      .bool(false); // passthrough
    try {
      const reply = await connection.call(COMMAND.createPlaybackStream, request);
      return reply.u32();
    } catch (cause) {
      if (!(cause instanceof PulseRefusal)) throw cause;
      const which = this.#device === null ? 'has no sound device' : `has no sink named ${this.#device}`;
      if (cause.errorCode === ERROR_CODE.noEntity) {
        throw new SinkFault('sinkMissing', `the sound server ${which}; 'pactl list short sinks' shows what there is`, {
          cause,
        });
      }
      throw new SinkFault('sinkBusy', `the sound server refuses to play: ${cause.message}`, { cause });
    }
  }
}

async function withTimeout<T>(work: Promise<T>, clock: SoundClock, ms: number): Promise<T> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the sound server does not answer within ${ms / 1000} s; restart it`;
    cancel = clock.after(ms, () => reject(new SinkFault('sinkStalled', message)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
