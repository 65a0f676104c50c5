import type { AgentBus, BusListener } from '../../server/ports/messaging.ts';
import { type EnvelopeClaims, envelopeClaims, type SignedKind } from '../../shared/contract/envelope.ts';

export interface Published {
  readonly kind: SignedKind;
  readonly subject: string;
  /** Null for the empty message by which a retained one is cleared. */
  readonly claims: EnvelopeClaims | null;
}

/**
 * A bus without a broker, which does what the port says: it takes a message or rejects, and tells its listener when the
 * connection comes and goes. What really goes over a wire is tested on the real brokers (test/ports/bus.test.ts).
 */
export class FakeBus implements AgentBus {
  readonly published: Published[] = [];
  /** Those for which it says yes are rejected. */
  refuses: (kind: SignedKind, subject: string) => boolean = () => false;
  #listener: BusListener | null = null;
  #connected = false;

  get connected(): boolean {
    return this.#connected;
  }

  async start(listener: BusListener): Promise<void> {
    this.#listener = listener;
  }

  connect(remembers: boolean): void {
    this.#connected = true;
    this.#listener?.connected(remembers);
  }

  disconnect(): void {
    this.#connected = false;
    this.#listener?.disconnected('test');
  }

  async publish(kind: SignedKind, subject: string, jws: string): Promise<void> {
    if (!this.#connected) throw new Error('not connected');
    if (this.refuses(kind, subject)) throw new Error('refused');
    this.published.push({ kind, subject, claims: jws === '' ? null : claimsOf(jws) });
  }

  async stop(): Promise<void> {
    this.#connected = false;
  }

  /** Messages of a kind to a subject, in the order in which they went out. */
  of(kind: SignedKind, subject: string): EnvelopeClaims[] {
    return this.published.flatMap((one) =>
      one.kind === kind && one.subject === subject && one.claims ? [one.claims] : [],
    );
  }
}

function claimsOf(jws: string): EnvelopeClaims {
  const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return envelopeClaims.parse(payload);
}
