import type { SignedKind } from '../../shared/contract/envelope.ts';
import type { ReportMessage } from '../../shared/contract/messages/report.ts';
import type { StatusMessage } from '../../shared/contract/messages/status.ts';
import type { BrokerIdentity } from '../../shared/contract/rights.ts';
import type { Instant } from '../../shared/core/time.ts';

/** The public half of the server's key, as boxes pin it. */
export interface ServerKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

export interface Signer {
  readonly publicKey: ServerKey;
  /** A compact JWS over the claims. `seq` must be the one that the store gave out for this subject and kind. */
  sign(kind: SignedKind, subject: string, seq: number, now: Instant, body: unknown): Promise<string>;
}

/** What the bus hands up. Both promises must settle before the broker is told that the message has arrived. */
export interface BusListener {
  /** Rejects only when the message could not be made durable: it will then be delivered again. */
  report(agentId: string, message: ReportMessage): Promise<void>;
  status(agentId: string, message: StatusMessage): Promise<void>;
  /** A message that is none of ours or not in form: logged, counted, and done with. */
  refused(topic: string, reason: string): void;
  /** The broker is there; `remembers` is false when it lost (or never had) retained messages, so all must go out again. */
  connected(remembers: boolean): void;
  disconnected(reason: string): void;
}

/** The way to and from the boxes, whichever broker carries it. */
export interface AgentBus {
  /** Starts to connect and to listen; resolves at once. Reconnects by itself for as long as it takes. */
  start(listener: BusListener): Promise<void>;
  /** Resolves when the broker has it. Rejects when it is not to be reached: the caller keeps it and tries again. */
  publish(kind: SignedKind, subject: string, jws: string): Promise<void>;
  readonly connected: boolean;
  stop(): Promise<void>;
}

/** What a broker must know to tell boxes apart. */
export interface BrokerAccount {
  readonly username: string;
  /** As `Secrets.hashBrokerPassword` made it. */
  readonly passwordHash: string;
  readonly identity: BrokerIdentity;
}

/** Where the accounts are put: the embedded broker asks at each connection, Mosquitto reads files. */
export interface BrokerAccounts {
  /** All accounts as they now stand; called at start and after every enrolment, revocation or move of an area. */
  replaceAll(accounts: readonly BrokerAccount[]): Promise<void>;
}
