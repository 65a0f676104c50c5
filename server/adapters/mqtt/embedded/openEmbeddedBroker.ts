import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { z } from 'zod';
import { parseTopic, TOPIC_NAMES, TOPICS } from '../../../../shared/contract/topics.ts';
import { Fault } from '../../../../shared/core/fault.ts';
import type { BrokerAccount, BrokerAccounts } from '../../../ports/messaging.ts';
import type { Secrets } from '../../../ports/secrets.ts';
import type { Logger } from '../../../ports/system.ts';
import { type BusConnection, SERVER_NAME } from '../bus/connectClient.ts';
import { AccountBook } from './accountBook.ts';
import { type AedesMemory, boundMemory } from './boundedMemory.ts';
import { PacketSizeGuard } from './packetSizeGuard.ts';

export interface EmbeddedBrokerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly secrets: Pick<Secrets, 'hashBrokerPassword' | 'verifyBrokerPassword'>;
  readonly log: Logger;
}

export interface EmbeddedBroker {
  readonly port: number;
  readonly accounts: BrokerAccounts;
  /** How the server itself comes in: by a password that is drawn at each start and written nowhere. */
  readonly connection: BusConnection;
  close(): Promise<void>;
}

/** A CONNECT with the longest last will; nobody unknown gets to send more. */
const BEFORE_LOGIN_BYTES = 65_536;
/** Topic and packet id beside the longest payload that boxes send. */
const AFTER_LOGIN_BYTES = 4_096 + largest('fromAgent');
const SERVER_BYTES = 4_096 + largest('toAgent');
/** Commands and receipts for a box that is away; plans and the like need one place each. */
const QUEUE_LENGTH = 200;

/**
 * The broker inside the server, for up to a few thousand boxes. It keeps everything in memory: after a restart the
 * server publishes anew. A box that publishes where it may not is disconnected (MQTT 3.1.1 has no other way to say no).
 * @throws Fault when the port cannot be had
 */
export async function openEmbeddedBroker({ host, port, secrets, log }: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const book = new AccountBook();
  const password = randomBytes(32).toString('base64url');
  const server: BrokerAccount = {
    username: SERVER_NAME,
    passwordHash: await secrets.hashBrokerPassword(password),
    identity: { kind: 'server' },
  };
  book.replaceAll([server]);
  const packetLimits = new WeakMap<object, number>();
  const online = new Map<string, Client>();
  const holderOf = (client: Client | null) => (client === null ? null : book.holder(client.id));

  const aedes = await Aedes.createBroker({
    connectTimeout: 10_000,
    // One frozen box must not hold up the others: no common limit of messages under way, and soon cut off.
    concurrency: 0,
    drainTimeout: 20_000,
    authenticate: (client, username, given, done) => {
      const refuse = (returnCode: 2 | 3 | 4, reason: string) => {
        log.warn('broker login refused', { username, clientId: client.id, reason });
        done(Object.assign(new Error(reason), { returnCode }) as AuthenticateError, null);
      };
      const hash = username === undefined ? null : book.passwordHash(username);
      if (username === undefined || given === undefined) return refuse(4, 'no user name or password');
      if (hash === null) return refuse(4, 'unknown user name');
      // Or one box could push another off the broker by taking its client id.
      if (client.id !== username) return refuse(2, 'client id is not the user name');
      secrets.verifyBrokerPassword(given.toString('utf8'), hash).then(
        (right) => {
          if (!right || book.passwordHash(username) !== hash) return refuse(4, 'wrong password');
          packetLimits.set(client.conn, username === SERVER_NAME ? SERVER_BYTES : AFTER_LOGIN_BYTES);
          done(null, true);
        },
        (error: unknown) => refuse(3, `password not checked: ${String(error)}`),
      );
    },
    authorizePublish: (client, { topic, payload }, done) => {
      const ours = parseTopic(topic);
      if (holderOf(client)?.publish.covers(topic) !== true) done(new Error(`no right to publish on ${topic}`));
      else if (ours !== null && payload.length > TOPICS[ours.name].maxBytes)
        done(new Error(`${payload.length} bytes on ${topic} are too many`));
      else done(null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const granted = holderOf(client)?.subscribe.names(subscription.topic) === true;
      if (!granted) log.warn('broker subscription refused', { clientId: client.id, filter: subscription.topic });
      done(null, granted ? subscription : null);
    },
    authorizeForward: (client, packet) => (holderOf(client)?.subscribe.covers(packet.topic) === true ? packet : null),
  });
  const memory = memoryOf(aedes);
  const forget = boundMemory(memory, {
    queueLength: QUEUE_LENGTH,
    mayHear: (clientId, topic) => book.holder(clientId)?.subscribe.covers(topic) === true,
    mayAsk: (clientId, filter) => book.holder(clientId)?.subscribe.names(filter) === true,
  });

  aedes.on('client', (client) => online.set(client.id, client));
  aedes.on('clientDisconnect', (client) => {
    if (online.get(client.id) === client) online.delete(client.id);
  });
  const reportFault = (client: Client, error: Error) => {
    if ('returnCode' in error) return; // a refused login, told above
    log.warn('broker connection ended', { clientId: client.id, reason: error.message });
  };
  aedes.on('clientError', reportFault);
  aedes.on('connectionError', reportFault);

  const listening = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    limitPackets(socket, () => packetLimits.get(socket) ?? BEFORE_LOGIN_BYTES, log);
    aedes.handle(socket);
  });
  await listen(listening, host, port).catch(async (error: unknown) => {
    await closeAedes(aedes);
    throw portFault(error, host, port);
  });
  const address = listening.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;

  return {
    port: taken,
    connection: { url: `mqtt://${reachable(host)}:${taken}`, username: SERVER_NAME, password, session: 'fresh' },
    accounts: {
      async replaceAll(accounts) {
        for (const username of book.replaceAll([server, ...accounts])) {
          forget(username);
          await memory.cleanSubscriptions({ id: username });
          online.get(username)?.close();
        }
      },
    },
    async close() {
      const closed = new Promise<void>((resolve) => listening.close(() => resolve()));
      await closeAedes(aedes);
      await closed;
    },
  };
}

/** Destroys the socket as soon as a packet announces more than the limit. */
function limitPackets(socket: Socket, limit: () => number, log: Logger): void {
  const guard = new PacketSizeGuard();
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array) || guard.accepts(chunk, limit())) return chunk;
    log.warn('broker connection ended', { reason: `packet above ${limit()} bytes`, address: socket.remoteAddress });
    socket.destroy();
    return null;
  };
}

/** The host of a URL that leads to where we listen. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function largest(direction: 'toAgent' | 'fromAgent'): number {
  return Math.max(...TOPIC_NAMES.map((name) => (TOPICS[name].direction === direction ? TOPICS[name].maxBytes : 0)));
}

type Memory = AedesMemory & { cleanSubscriptions(client: { readonly id: string }): Promise<void> };

/** aedes makes its memory persistence itself; its types do not show it, so what is needed of it is looked for. */
function memoryOf(aedes: Aedes): Memory {
  const memory: unknown = Reflect.get(aedes, 'persistence');
  if (!isMemory(memory)) throw new Error('this version of aedes has no persistence as expected');
  return memory;
}

function isMemory(value: unknown): value is Memory {
  const parts = ['storeRetained', 'createRetainedStreamCombi', 'addSubscriptions', 'outgoingUpdate', 'outgoingStream'];
  return (
    typeof value === 'object' && value !== null && parts.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The usual backlog of 511 loses connections when a whole district has its power back.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeAedes(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(() => resolve()));
}

function portFault(error: unknown, host: string, port: number): Fault {
  const code = z.object({ code: z.string() }).safeParse(error).data?.code;
  const why =
    code === 'EADDRINUSE'
      ? 'is in use by another program'
      : code === 'EACCES'
        ? 'may not be opened by this user'
        : `cannot be opened (${code ?? String(error)})`;
  return new Fault(
    'unavailable',
    code === 'EADDRINUSE' ? 'mqtt.portInUse' : 'mqtt.portUnavailable',
    `MQTT port ${port} on ${host} ${why}: set LOABAN_MQTT_PORT to another, or use a broker of your own by LOABAN_MQTT_URL.`,
    [{ field: 'LOABAN_MQTT_PORT', message: why }],
    { cause: error },
  );
}
