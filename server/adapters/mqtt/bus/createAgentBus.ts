import type { IPublishPacket, MqttClient } from 'mqtt';
import type { SignedKind } from '../../../../shared/contract/envelope.ts';
import { rightsOf } from '../../../../shared/contract/rights.ts';
import { TOPICS, topicFor } from '../../../../shared/contract/topics.ts';
import { Fault } from '../../../../shared/core/fault.ts';
import type { AgentBus, BusListener } from '../../../ports/messaging.ts';
import type { Logger } from '../../../ports/system.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { type BusConnection, makeClient } from './connectClient.ts';
import { Intake, type IntakeLimits } from './intake.ts';
import { readIncoming } from './readIncoming.ts';

export interface AgentBusOptions {
  readonly connection: BusConnection;
  readonly log: Logger;
  readonly limits?: IntakeLimits;
}

/** Enough for group commits of thousands; about 40 MB when full of the longest reports. */
const LIMITS: IntakeLimits = {
  messages: 4_000,
  bytes: 32 * 1_048_576,
  retryMs: [250, 1_000, 2_000, 4_000, 8_000, 15_000],
};

/** Tells MQTT.js to read on without an acknowledgement; it is not shown to anybody. */
const ACKNOWLEDGED_LATER = new Error('acknowledged later');

/**
 * The bus over any MQTT broker. A report or status is acknowledged to the broker only when the listener's promise has
 * resolved; many are handled at once. Beyond the limits nothing is read.
 */
export function createAgentBus({ connection, log, limits = LIMITS }: AgentBusOptions): AgentBus {
  return new MqttBus(makeClient(connection), new Intake(limits, log), log);
}

class MqttBus implements AgentBus {
  readonly #client: MqttClient;
  readonly #intake: Intake;
  readonly #log: Logger;
  readonly #acknowledgements: Acknowledgements;
  /** Message ids whose PUBACK is awaited. */
  readonly #unconfirmed = new Set<number>();
  #ready = false;
  #stopped = false;
  #lastFault = '';

  constructor(client: MqttClient, intake: Intake, log: Logger) {
    this.#client = client;
    this.#intake = intake;
    this.#log = log;
    this.#acknowledgements = new Acknowledgements(client);
  }

  get connected(): boolean {
    return this.#ready;
  }

  async start(listener: BusListener): Promise<void> {
    const client = this.#client;
    client.handleMessage = (packet, callback) => this.#receive(listener, packet, callback);
    client.on('connect', ({ sessionPresent }) => this.#subscribe(listener, sessionPresent));
    client.on('error', (error) => this.#note(error.message || String(error)));
    client.on('close', () => this.#lost(listener));
    client.connect();
  }

  publish(kind: SignedKind, subject: string, jws: string): Promise<void> {
    const { qos, retain, maxBytes } = TOPICS[kind];
    if (Buffer.byteLength(jws) > maxBytes) {
      return Promise.reject(
        new Fault('tooLarge', 'bus.tooLarge', `A ${kind} of ${jws.length} bytes is too long: boxes read ${maxBytes}.`),
      );
    }
    if (!this.#ready) return Promise.reject(offline());
    return new Promise((resolve, reject) => {
      let messageId: number | undefined;
      this.#client.publish(topicFor(kind, subject), jws, { qos, retain }, (error) => {
        if (messageId !== undefined) this.#unconfirmed.delete(messageId);
        if (error) reject(offline(error));
        else resolve();
      });
      messageId = this.#client.getLastMessageId();
      this.#unconfirmed.add(messageId);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready = false;
    await this.#intake.end();
    // The last acknowledgements are written in the next turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#dropUnconfirmed();
    await this.#client.endAsync(!this.#client.connected);
  }

  #receive(listener: BusListener, packet: IPublishPacket, callback: (error?: Error) => void): void {
    if (this.#stopped) return; // nothing more is read; what is unacknowledged comes again
    const acknowledge = this.#acknowledgements.of(packet.qos > 0 ? packet.messageId : undefined);
    const next = () => callback(ACKNOWLEDGED_LATER);
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const incoming = readIncoming(packet.topic, payload);
    if (incoming.kind === 'refused') {
      listener.refused(packet.topic, incoming.reason);
      acknowledge();
      next();
      return;
    }
    const { agentId } = incoming;
    const common = { what: incoming.kind, agentId, bytes: payload.length, acknowledge };
    // Of two states of a box the later must win; the ledger takes reports in any order.
    if (incoming.kind === 'status') {
      const handle = () => listener.status(agentId, incoming.message);
      this.#intake.take({ ...common, order: agentId, handle }, next);
    } else {
      const handle = () => listener.report(agentId, incoming.message);
      this.#intake.take({ ...common, order: null, handle }, next);
    }
  }

  #subscribe(listener: BusListener, remembers: boolean): void {
    const filters = [...rightsOf({ kind: 'server' }).subscribe];
    this.#client.subscribe(filters, { qos: 1 }, (error, granted) => {
      if (this.#stopped) return;
      if (error || granted?.some(({ qos }) => qos > 2)) {
        this.#note(`the broker refuses the server its subscriptions: ${error?.message ?? 'no right'}`);
        this.#client.stream.destroy(); // and try again with the next connection
        return;
      }
      this.#ready = true;
      this.#lastFault = '';
      this.#log.info('broker connected', { remembers });
      listener.connected(remembers);
    });
  }

  #lost(listener: BusListener): void {
    this.#intake.connectionLost();
    this.#dropUnconfirmed();
    if (!this.#ready) return;
    this.#ready = false;
    const reason = this.#lastFault || 'connection closed';
    this.#log.warn('broker lost', { reason });
    listener.disconnected(reason);
  }

  /** Their callers hear that it failed and keep them: were they left here, an old plan could go out after a newer one. */
  #dropUnconfirmed(): void {
    for (const messageId of [...this.#unconfirmed]) this.#client.removeOutgoingMessage(messageId);
    this.#unconfirmed.clear();
  }

  /** One line for each new reason, not one for each attempt. */
  #note(fault: string): void {
    if (fault === this.#lastFault || this.#stopped) return;
    this.#lastFault = fault;
    this.#log.warn('broker not reached, trying again', { reason: fault });
  }
}

function offline(cause?: Error): Fault {
  return new Fault(
    'unavailable',
    'bus.offline',
    'The broker is not to be reached: the message stays in the outbox and goes out when it is back.',
    [],
    { cause },
  );
}
