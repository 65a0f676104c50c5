import type { Socket } from 'node:net';
// The bundle of the box takes the client alone out of mqtt: see agent/build.ts.
import { MqttClient } from 'mqtt';
import { Fault } from '../../../shared/core/fault.ts';
import { backoffMs } from '../../domain/backoff.ts';
import type { BusListener, ServerBus } from '../../ports/bus.ts';
import type { AgentClock, Random } from '../../ports/clock.ts';
import type { AgentLog } from '../../ports/log.ts';
import { GuardedStream } from './guardedStream.ts';
import { openSocket, parseBrokerUrl } from './openSocket.ts';

export interface MqttBusOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly clientId: string;
  readonly will: { readonly topic: string; readonly payload: string };
  /** No packet longer than this is read. */
  readonly mostBytes: number;
  readonly clock: AgentClock;
  readonly random: Random;
  readonly log: AgentLog;
  /** The first attempt is made within this time, drawn evenly: a village's boxes all start when its power returns. */
  readonly firstSpreadMs: number;
}

const BACKOFF = { firstMs: 3_000, mostMs: 60_000, leastMs: 50 };
/** A connection that held for this long was a good one: the next loss starts with short waits again. */
const GOOD_MS = 20_000;
const KEEPALIVE_SECONDS = 30;
/** A broker that does not answer must not hold up the end of the program. */
const GOODBYE_MS = 500;
const CONNECT_TIMEOUT_MS = 20_000;

/** One connection, from the attempt to its end. */
interface Link {
  client: MqttClient | null;
  online: boolean;
  over: boolean;
  readonly pending: Set<(why: Error) => void>;
}

/**
 * MQTT 3.1.1 with a stable session. Each connection has a client object of its own: mqtt.js then keeps nothing over a
 * loss (our journal does), and the waits between attempts are ours, with full jitter.
 */
export class MqttBus implements ServerBus {
  readonly #options: MqttBusOptions;
  #listener: BusListener | null = null;
  #link: Link | null = null;
  #failures = 0;
  #closed = false;
  #cancelWait: () => void = () => undefined;

  constructor(options: MqttBusOptions) {
    this.#options = options;
  }

  get online(): boolean {
    return this.#link?.online === true;
  }

  open(listener: BusListener): void {
    this.#listener = listener;
    const { clock, random, firstSpreadMs } = this.#options;
    this.#cancelWait = clock.after(firstSpreadMs * random(), () => this.#attempt());
  }

  publish(topic: string, payload: string, retain: boolean): Promise<void> {
    const link = this.#link;
    const client = link?.client;
    if (!link?.online || !client) return Promise.reject(offline());
    return new Promise((resolve, reject) => {
      link.pending.add(reject);
      client.publish(topic, payload, { qos: 1, retain }, (cause) => {
        link.pending.delete(reject);
        if (cause) reject(cause);
        else resolve();
      });
    });
  }

  async resubscribe(): Promise<void> {
    const link = this.#link;
    if (link?.online && link.client) await this.#subscribe(link, link.client);
  }

  async close(lastWord: { readonly topic: string; readonly payload: string }): Promise<void> {
    this.#closed = true;
    this.#cancelWait();
    const link = this.#link;
    if (link === null) return;
    if (link.online) {
      const said = this.publish(lastWord.topic, lastWord.payload, true).catch((cause: unknown) => {
        this.#options.log.warn({ cause }, 'the last status could not be sent; the broker will say it');
      });
      await this.#atMost(GOODBYE_MS, said);
      // A proper DISCONNECT: without it the broker would send the last will over what was just said.
      const ended = new Promise<void>((resolve) => link.client?.end(false, {}, () => resolve()));
      await this.#atMost(GOODBYE_MS, ended);
    }
    this.#end(link, 'closed');
  }

  async #atMost(ms: number, work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, resolve);
    await Promise.race([work, promise]);
    cancel();
  }

  #attempt(): void {
    const link: Link = { client: null, online: false, over: false, pending: new Set() };
    this.#link = link;
    let address: ReturnType<typeof parseBrokerUrl>;
    try {
      address = parseBrokerUrl(this.#options.url);
    } catch (cause) {
      this.#end(link, messageOf(cause));
      return;
    }
    openSocket(address).then(
      (socket) => {
        if (link.over || this.#closed) socket.destroy();
        else this.#connect(link, socket);
      },
      (cause: unknown) => this.#end(link, messageOf(cause)),
    );
  }

  #connect(link: Link, socket: Socket): void {
    const { clientId, username, password, will, mostBytes } = this.#options;
    const guarded = (): GuardedStream =>
      new GuardedStream(socket, mostBytes, ({ topic, bytes }) => this.#listener?.oversized(topic, bytes));
    const client = new MqttClient(guarded, {
      clientId,
      username,
      password,
      protocolVersion: 4,
      clean: false,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0, // never by itself: see above
      resubscribe: false,
      queueQoSZero: false,
      timerVariant: 'native',
      // The writer would otherwise keep 65,536 small buffers, one for each number: 7 MB.
      writeCache: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    });
    link.client = client;
    // Called ahead of the PUBACK, which is sent when `done` is called without an error: commit first, then acknowledge.
    client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      const owned = this.#listener?.message(packet.topic, payload) ?? Promise.reject(offline());
      owned.then(
        () => done(),
        (cause: unknown) => {
          done(cause instanceof Error ? cause : new Error(String(cause)));
          // Without an acknowledgement the broker sends it again only to a new connection.
          this.#end(link, `a message could not be stored: ${messageOf(cause)}`);
        },
      );
    };
    client.on('error', (cause) => this.#end(link, messageOf(cause)));
    client.on('close', () => this.#end(link, 'the connection was lost'));
    client.on('connect', () => {
      this.#subscribe(link, client).then(
        () => this.#ready(link),
        (cause: unknown) => this.#end(link, messageOf(cause)),
      );
    });
  }

  #ready(link: Link): void {
    if (link.over) return;
    link.online = true;
    this.#cancelWait = this.#options.clock.after(GOOD_MS, () => {
      this.#failures = 0;
    });
    this.#listener?.online();
  }

  async #subscribe(link: Link, client: MqttClient): Promise<void> {
    const topics = [...(this.#listener?.topics() ?? [])];
    await new Promise<void>((resolve, reject) => {
      link.pending.add(reject);
      client.subscribe(topics, { qos: 1 }, (cause, _asked, answer) => {
        link.pending.delete(reject);
        const granted = answer?.granted ?? [];
        const refused = topics.filter((_topic, index) => Number(granted[index] ?? 128) >= 128);
        // An area that is ours no more may be refused; what the broker grants is still worth hearing.
        if (refused.length === topics.length) return reject(cause ?? new Error('the broker refuses all topics'));
        if (refused.length > 0) this.#options.log.warn({ refused }, 'the broker refuses topics to this agent');
        resolve();
      });
    });
  }

  /** Ends a connection, whatever its state, and plans the next one. Further calls for the same link do nothing. */
  #end(link: Link, why: string): void {
    if (link.over) return;
    link.over = true;
    const wasOnline = link.online;
    link.online = false;
    this.#cancelWait();
    if (this.#link === link) this.#link = null;
    link.client?.stream.destroy();
    link.client?.end(true);
    for (const reject of link.pending) reject(new Error(why));
    link.pending.clear();
    if (this.#closed) return;
    this.#failures += 1;
    const waitMs = backoffMs(BACKOFF, this.#failures, this.#options.random());
    this.#options.log.warn({ why, failures: this.#failures, waitMs, wasOnline }, 'no connection to the broker');
    this.#cancelWait = this.#options.clock.after(waitMs, () => this.#attempt());
    this.#listener?.offline(why);
  }
}

function offline(): Fault {
  return new Fault('unavailable', 'mqtt.offline', 'there is no connection to the broker');
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return messageOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
