/** What came of one piece of the stream. */
export interface Filtered {
  /** To be parsed, in order. */
  readonly pass: readonly Buffer[];
  /** Packets thrown away unread. */
  readonly dropped: readonly DroppedPacket[];
}

export interface DroppedPacket {
  /** Topic of the publication; empty for anything else. */
  readonly topic: string;
  readonly bytes: number;
  /** The packet that acknowledges it (QoS 1), so that the broker does not send it for ever; null: none is due. */
  readonly acknowledgement: Buffer | null;
}

const PUBLISH = 3;
/** Longer topics are none of ours; of them nothing is kept. */
const LONGEST_TOPIC = 1_024;

/**
 * Walks over the frames of an MQTT 3.1.1 stream (section 2.2: one byte of type and flags, one to four of length) and
 * takes out packets that are too long, piece by piece as they come. The parser behind it would gather up to 256 MB in
 * memory before it says anything; a box has less.
 */
export class PacketFilter {
  readonly #mostBytes: number;
  /** Fixed header gathered so far. */
  #header: number[] = [];
  /** Bytes of the present packet's body still to come. */
  #left = 0;
  /** Set while the body is thrown away: its beginning, and the whole length. */
  #dropping: { readonly first: number; readonly bytes: number; head: Buffer } | null = null;

  /** @param mostBytes of a packet's body */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  push(chunk: Buffer): Filtered {
    const pass: Buffer[] = [];
    const dropped: DroppedPacket[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const piece = chunk.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#dropping === null) pass.push(piece);
        else this.#discard(piece, dropped);
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      this.#header.push(byte);
      // A fifth length byte is no MQTT; the parser is let see it and ends the connection.
      if (this.#header.length < 2 || (byte >= 0x80 && this.#header.length < 5)) continue;
      this.#begin(pass);
    }
    return { pass, dropped };
  }

  #begin(pass: Buffer[]): void {
    const header = Buffer.from(this.#header);
    this.#header = [];
    this.#left = header.subarray(1).reduce((sum, byte, index) => sum + (byte & 0x7f) * 128 ** index, 0);
    if (this.#left > this.#mostBytes)
      this.#dropping = { first: header[0] ?? 0, bytes: this.#left, head: Buffer.alloc(0) };
    else pass.push(header);
  }

  #discard(piece: Buffer, dropped: DroppedPacket[]): void {
    const dropping = this.#dropping;
    if (dropping === null) return;
    const wanted = LONGEST_TOPIC + 4 - dropping.head.length;
    if (wanted > 0) dropping.head = Buffer.concat([dropping.head, piece.subarray(0, wanted)]);
    if (this.#left > 0) return;
    this.#dropping = null;
    dropped.push(describe(dropping));
  }
}

function describe({ first, bytes, head }: { first: number; bytes: number; head: Buffer }): DroppedPacket {
  const length = head.length >= 2 ? head.readUInt16BE(0) : 0;
  if (first >> 4 !== PUBLISH || head.length < length + 4) return { topic: '', bytes, acknowledgement: null };
  const topic = head.toString('utf8', 2, 2 + length);
  const qos = (first >> 1) & 3;
  const acknowledgement = qos === 1 ? Buffer.from([0x40, 2, head[2 + length] ?? 0, head[3 + length] ?? 0]) : null;
  return { topic, bytes, acknowledgement };
}
