import { Readable } from 'node:stream';
import { filterCovers, hasWildcard } from './filters.ts';

/** A message inside aedes. `brokerCounter` numbers the messages of this broker; `messageId` is set once it was sent. */
export interface StoredPacket {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly retain: boolean;
  readonly brokerCounter: number;
  messageId?: number;
}

interface Session {
  readonly id: string;
}

interface Subscribed {
  readonly clientId: string;
}

/** The part of aedes's memory persistence that is replaced here. */
export interface AedesMemory {
  storeRetained(packet: StoredPacket): Promise<void>;
  createRetainedStream(filter: string): Readable;
  createRetainedStreamCombi(filters: readonly string[]): Readable;
  addSubscriptions(client: Session, subscriptions: readonly { readonly topic: string }[]): Promise<void>;
  outgoingEnqueue(subscription: Subscribed, packet: StoredPacket): Promise<void>;
  outgoingEnqueueCombi(subscriptions: readonly Subscribed[], packet: StoredPacket): Promise<void>;
  outgoingUpdate(client: Session, packet: StoredPacket): Promise<void>;
  outgoingClearMessageId(client: Session, packet: StoredPacket): Promise<StoredPacket | undefined>;
  outgoingStream(client: Session): Readable;
}

export interface Bounds {
  /** Messages kept for one box that is away; the oldest go first. */
  readonly queueLength: number;
  /** Whether this client may hear this topic now. */
  mayHear(clientId: string, topic: string): boolean;
  /** Whether this client may ask for this filter. */
  mayAsk(clientId: string, filter: string): boolean;
}

/** What one session is owed, oldest first, found by broker counter and by message id without a search. */
class Outgoing {
  readonly #packets = new Map<number, StoredPacket>();
  readonly #sent = new Map<number, number>();
  /** The unsent retained message of a topic: a newer one takes its place, since nobody needs the plan before last. */
  readonly #waiting = new Map<string, number>();

  add(packet: StoredPacket, limit: number): void {
    if (packet.retain) {
      const older = this.#waiting.get(packet.topic);
      if (older !== undefined) this.#packets.delete(older);
      this.#waiting.set(packet.topic, packet.brokerCounter);
    }
    this.#packets.set(packet.brokerCounter, packet);
    const [oldest] = this.#packets.keys();
    if (this.#packets.size > limit && oldest !== undefined) this.#remove(oldest);
  }

  sent({ brokerCounter, messageId }: StoredPacket): void {
    const packet = this.#packets.get(brokerCounter);
    if (packet === undefined || messageId === undefined) return; // replaced by a newer one, or pushed out, meanwhile
    packet.messageId = messageId;
    this.#sent.set(messageId, brokerCounter);
    if (this.#waiting.get(packet.topic) === brokerCounter) this.#waiting.delete(packet.topic);
  }

  /** Ends what was acknowledged, or, where it was never sent, what may not be sent. */
  done({ brokerCounter, messageId }: StoredPacket): StoredPacket | undefined {
    return this.#remove(messageId === undefined ? brokerCounter : (this.#sent.get(messageId) ?? -1));
  }

  list(): StoredPacket[] {
    return [...this.#packets.values()];
  }

  get size(): number {
    return this.#packets.size;
  }

  #remove(counter: number): StoredPacket | undefined {
    const packet = this.#packets.get(counter);
    if (packet === undefined) return undefined;
    this.#packets.delete(counter);
    if (packet.messageId !== undefined) this.#sent.delete(packet.messageId);
    if (this.#waiting.get(packet.topic) === counter) this.#waiting.delete(packet.topic);
    return packet;
  }
}

/**
 * Replaces parts of aedes's memory persistence in place, where its own would let one box, or many that come back at
 * once, harm all: retained messages are looked up by topic rather than found by a scan of all at each subscription;
 * a refused filter is not remembered (aedes keeps every filter of a packet that had one good one, and then queues for
 * it without end); and the queue of a box that is away is bounded.
 * @returns drops all that is owed to a client
 */
export function boundMemory(memory: AedesMemory, bounds: Bounds): (clientId: string) => void {
  const retained = new Map<string, StoredPacket>();
  const queues = new Map<string, Outgoing>();
  const addSubscriptions = memory.addSubscriptions.bind(memory);

  const retainedFor = (filter: string): StoredPacket[] => {
    const exact = retained.get(filter);
    if (exact !== undefined || !hasWildcard(filter)) return exact === undefined ? [] : [exact];
    return [...retained.values()].filter(({ topic }) => filterCovers(filter, topic));
  };
  const enqueue = ({ clientId }: Subscribed, packet: StoredPacket): void => {
    if (!bounds.mayHear(clientId, packet.topic)) return;
    let queue = queues.get(clientId);
    if (queue === undefined) {
      queue = new Outgoing();
      queues.set(clientId, queue);
    }
    // A copy each: the message id that it gets is the client's own.
    queue.add({ ...packet }, bounds.queueLength);
  };

  memory.storeRetained = async (packet) => {
    if (packet.payload.length === 0) retained.delete(packet.topic);
    else retained.set(packet.topic, { ...packet });
  };
  memory.createRetainedStream = (filter) => Readable.from(retainedFor(filter));
  memory.createRetainedStreamCombi = (filters) => Readable.from(filters.flatMap(retainedFor));
  memory.addSubscriptions = (client, subscriptions) =>
    addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => bounds.mayAsk(client.id, topic)),
    );
  memory.outgoingEnqueue = async (subscription, packet) => enqueue(subscription, packet);
  memory.outgoingEnqueueCombi = async (subscriptions, packet) => {
    for (const subscription of subscriptions) enqueue(subscription, packet);
  };
  memory.outgoingUpdate = async (client, packet) => queues.get(client.id)?.sent(packet);
  memory.outgoingClearMessageId = async (client, packet) => {
    const queue = queues.get(client.id);
    const done = queue?.done(packet);
    if (queue?.size === 0) queues.delete(client.id);
    return done;
  };
  memory.outgoingStream = (client) => Readable.from(queues.get(client.id)?.list() ?? []);
  return (clientId) => {
    queues.delete(clientId);
  };
}
