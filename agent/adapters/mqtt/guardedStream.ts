import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type DroppedPacket, PacketFilter } from './packetFilter.ts';

/** A broker's socket without its oversized packets; see PacketFilter. Those of QoS 1 are acknowledged here. */
export class GuardedStream extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, mostBytes: number, onDropped: (packet: DroppedPacket) => void) {
    super();
    this.#socket = socket;
    const filter = new PacketFilter(mostBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      const { pass, dropped } = filter.push(chunk);
      for (const packet of dropped) {
        if (packet.acknowledgement !== null) socket.write(packet.acknowledgement);
        onDropped(packet);
      }
      for (const piece of pass) if (!this.push(piece)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (cause) => this.destroy(cause));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  /** The MQTT writer corks: a packet's pieces then leave as one. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
