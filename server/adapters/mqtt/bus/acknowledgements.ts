import type { MqttClient } from 'mqtt';

const PUBACK = 0x40;

/**
 * PUBACKs sent when we say so. MQTT.js acknowledges in the order of arrival and reads nothing more until it has; told by
 * an error that it shall not, it reads on, and the four bytes of MQTT 3.1.1 (3.4) are written here, all those of a turn
 * at once.
 */
export class Acknowledgements {
  readonly #client: MqttClient;
  #ids: number[] = [];
  #stream: MqttClient['stream'] | null = null;

  constructor(client: MqttClient) {
    this.#client = client;
  }

  /** The acknowledgement of a message that has just come; it does nothing once that connection is gone. */
  of(messageId: number | undefined): () => void {
    const { stream } = this.#client;
    if (messageId === undefined) return () => undefined; // QoS 0
    return () => {
      if (stream !== this.#client.stream || stream.destroyed) return;
      if (this.#stream !== stream) {
        this.#stream = stream;
        this.#ids = [];
      }
      if (this.#ids.push(messageId) === 1) setImmediate(() => this.#flush(stream));
    };
  }

  #flush(stream: MqttClient['stream']): void {
    if (stream !== this.#stream) return;
    const bytes = Buffer.allocUnsafe(this.#ids.length * 4);
    for (const [index, id] of this.#ids.entries()) {
      bytes.writeUInt16BE((PUBACK << 8) | 2, index * 4);
      bytes.writeUInt16BE(id, index * 4 + 2);
    }
    this.#ids = [];
    if (!stream.destroyed) stream.write(bytes);
  }
}
