import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { SinkFault } from '../../../ports/sound.ts';
import {
  COMMAND,
  CONTROL_CHANNEL,
  DESCRIPTOR_BYTES,
  ERROR_CODE,
  errorName,
  PROTOCOL_VERSION,
  SEEK_ABSOLUTE,
} from './protocol.ts';
import { TagReader, TagWriter } from './tagstruct.ts';

/** A command that the server refused. */
export class PulseRefusal extends Error {
  readonly errorCode: number;
  constructor(errorCode: number) {
    super(errorName(errorCode));
    this.name = 'PulseRefusal';
    this.errorCode = errorCode;
  }
}

interface Waiting {
  resolve(reply: TagReader): void;
  reject(cause: Error): void;
}

/** A message that the server sends on its own. */
export type PulseEvent = (command: number, body: TagReader) => void;

/** One connection to a sound server: commands with replies, events, and blocks of samples. */
export class PulseConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #nextTag = 0;
  #received: Buffer = Buffer.alloc(0);
  #lost: SinkFault | null = null;
  /** Called for each message of the server's own. */
  onEvent: PulseEvent = () => undefined;
  /** Called once when the server is gone. */
  onLost: (fault: SinkFault) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', (cause) => this.#lose(`the sound server's connection failed: ${cause.message}`));
    socket.on('close', () => this.#lose('the sound server closed the connection'));
  }

  /** Connects to the first socket that answers. Rejects with `SinkFault` when none does. */
  static async open(sockets: readonly string[], cookie: Buffer): Promise<PulseConnection> {
    const tried: string[] = [];
    for (const path of sockets) {
      try {
        return await PulseConnection.#greet(await connectTo(path), cookie);
      } catch (cause) {
        if (cause instanceof SinkFault) throw cause;
        tried.push(`${path} (${cause instanceof Error ? cause.message : String(cause)})`);
      }
    }
    throw new SinkFault(
      'sinkMissing',
      `no sound server answers; tried ${tried.join(', ')}. Start PulseAudio or PipeWire for this user, or set PULSE_SERVER`,
    );
  }

  static async #greet(socket: Socket, cookie: Buffer): Promise<PulseConnection> {
    const connection = new PulseConnection(socket);
    try {
      await connection.call(COMMAND.auth, new TagWriter().u32(PROTOCOL_VERSION).arbitrary(cookie));
      const client = { 'application.name': 'Loa Bản', 'application.id': 'loaban' };
      await connection.call(COMMAND.setClientName, new TagWriter().propertyList(client));
      return connection;
    } catch (cause) {
      connection.end();
      if (cause instanceof PulseRefusal && cause.errorCode === ERROR_CODE.access) {
        throw new SinkFault(
          'sinkDenied',
          "the sound server refuses this user; run the agent as the server's user, or give it the server's cookie in PULSE_COOKIE",
          { cause },
        );
      }
      throw cause;
    }
  }

  /** Sends a command; the reply's values. Rejects with `PulseRefusal`, or `SinkFault` when the server is gone. */
  call(command: number, body: TagWriter): Promise<TagReader> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const tag = this.#nextTag++;
    const message = Buffer.concat([new TagWriter().u32(command).u32(tag).bytes(), body.bytes()]);
    return new Promise((resolve, reject) => {
      this.#waiting.set(tag, { resolve, reject });
      this.#socket.write(Buffer.concat([descriptor(message.length, CONTROL_CHANNEL, 0, 0), message]));
    });
  }

  /** Sends samples for the absolute byte index `at` of a stream. */
  samples(channel: number, at: number, pcm: Int16Array): void {
    if (this.#lost !== null) return;
    const head = descriptor(pcm.byteLength, channel, at, SEEK_ABSOLUTE);
    this.#socket.write(Buffer.concat([head, Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)]));
  }

  end(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= DESCRIPTOR_BYTES) {
      const end = DESCRIPTOR_BYTES + this.#received.readUInt32BE(0);
      if (this.#received.length < end) return;
      const control = this.#received.readUInt32BE(4) === CONTROL_CHANNEL;
      const message = this.#received.subarray(DESCRIPTOR_BYTES, end);
      this.#received = this.#received.subarray(end);
      if (control) this.#dispatch(message);
    }
  }

  #dispatch(message: Buffer): void {
    try {
      const body = new TagReader(message);
      const command = body.u32();
      const tag = body.u32();
      if (command !== COMMAND.reply && command !== COMMAND.error) {
        this.onEvent(command, body);
        return;
      }
      const waiting = this.#waiting.get(tag);
      this.#waiting.delete(tag);
      if (command === COMMAND.reply) waiting?.resolve(body);
      else waiting?.reject(new PulseRefusal(body.u32()));
    } catch (cause) {
      this.#lose(`the sound server sent what is no PulseAudio message: ${String(cause)}`);
      this.#socket.destroy();
    }
  }

  #lose(message: string): void {
    if (this.#lost !== null) return;
    this.#lost = new SinkFault('sinkLost', `${message}; it is opened again for the next item`);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost);
    this.#waiting.clear();
    this.onLost(this.#lost);
  }
}

function descriptor(length: number, channel: number, offset: number, flags: number): Buffer {
  const head = Buffer.alloc(DESCRIPTOR_BYTES);
  head.writeUInt32BE(length, 0);
  head.writeUInt32BE(channel, 4);
  head.writeBigInt64BE(BigInt(offset), 8);
  head.writeUInt32BE(flags, 16);
  return head;
}

function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
