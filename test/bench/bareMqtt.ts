import { connect, type Socket } from 'node:net';

/** Packet types of MQTT 3.1.1, table 2.1, as the upper half of the first byte. */
const CONNECT = 0x10;
const CONNACK = 0x20;
const PUBLISH = 0x30;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const SUBACK = 0x90;

/**
 * As little MQTT as there can be, to measure what a broker can do by itself: it parses no JSON and keeps nothing. QoS 1
 * messages are acknowledged at once.
 */
export class BareClient {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  /** Called with each message. */
  onMessage: (topic: string, payload: Buffer) => void = () => undefined;
  /** Called for each acknowledgement of an own message. */
  onAcknowledged: () => void = () => undefined;
  #onPacket: (type: number) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#parse(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  }

  static async connect(port: number, username: string, password: string): Promise<BareClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve());
    });
    const client = new BareClient(socket);
    const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0b1100_0010, 0, 60]); // MQTT 3.1.1, clean, 60 s
    socket.write(packet(CONNECT, [head, text(username), text(username), text(password)]));
    await client.#await(CONNACK);
    return client;
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    const list = filters.flatMap((filter) => [text(filter), Buffer.from([1])]);
    this.#socket.write(packet(SUBSCRIBE, [Buffer.from([0, 1]), ...list]));
    await this.#await(SUBACK);
  }

  /** Sends a message that `publishPacket` made. */
  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.destroy();
  }

  #await(type: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('close', () => reject(new Error('the broker closed the connection')));
      this.#onPacket = (got) => {
        if (got === type) resolve();
      };
    });
  }

  #parse(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const acknowledgements: number[] = [];
    let at = 0;
    for (;;) {
      let length = 0;
      let size = 1;
      for (let factor = 1; ; factor *= 128, size++) {
        const byte = bytes[at + size];
        if (byte === undefined) {
          length = Number.POSITIVE_INFINITY;
          break;
        }
        length += (byte & 127) * factor;
        if (byte < 128) break;
      }
      const from = at + size + 1;
      if (from + length > bytes.length) break;
      const first = bytes[at] ?? 0;
      if ((first & 0xf0) === PUBLISH) {
        const topicEnd = from + 2 + bytes.readUInt16BE(from);
        const qos = (first >> 1) & 3;
        if (qos > 0) acknowledgements.push(PUBACK, 2, bytes[topicEnd] ?? 0, bytes[topicEnd + 1] ?? 0);
        this.onMessage(
          bytes.toString('latin1', from + 2, topicEnd),
          bytes.subarray(topicEnd + (qos > 0 ? 2 : 0), from + length),
        );
      } else if ((first & 0xf0) === PUBACK) this.onAcknowledged();
      else this.#onPacket(first & 0xf0);
      at = from + length;
    }
    this.#rest = bytes.subarray(at);
    if (acknowledgements.length > 0) this.#socket.write(Buffer.from(acknowledgements));
  }
}

/** A QoS 1 PUBLISH. */
export function publishPacket(topic: string, payload: string | Buffer, messageId: number): Buffer {
  const id = Buffer.from([messageId >> 8, messageId & 255]);
  return packet(PUBLISH | 2, [text(topic), id, Buffer.from(payload)]);
}

function packet(first: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = [first];
  let left = body.length;
  do {
    head.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}
