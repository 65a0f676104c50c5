import type { z } from 'zod';
import { envelopeClaims } from '../../shared/contract/envelope.ts';
import { commandMessage } from '../../shared/contract/messages/command.ts';
import { configMessage } from '../../shared/contract/messages/config.ts';
import { interruptMessage } from '../../shared/contract/messages/interrupt.ts';
import { planMessage } from '../../shared/contract/messages/plan.ts';
import { receiptMessage } from '../../shared/contract/messages/report.ts';
import { parseTopic, TOPICS, type TopicName } from '../../shared/contract/topics.ts';
import { sha256Hex } from '../../shared/core/canonical.ts';
import { judgeEnvelope } from '../domain/acceptance.ts';
import type { Document } from '../ports/documents.ts';
import type { AgentLog } from '../ports/log.ts';
import type { SignatureVerifier } from '../ports/verifier.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import type { SeenState } from './documents.ts';
import type { FaultDesk } from './faultDesk.ts';

/** Where an accepted message came from, and its own text. */
export interface Accepted {
  readonly seq: number;
  /** Unix ms at which it was signed. */
  readonly signedAt: number;
  readonly token: string;
}

/** What is done with each kind of message. Resolves when it is owned: stored for good. */
export interface Acceptors {
  plan(message: z.infer<typeof planMessage>, accepted: Accepted): Promise<void>;
  config(message: z.infer<typeof configMessage>, accepted: Accepted): Promise<void>;
  command(message: z.infer<typeof commandMessage>, accepted: Accepted): Promise<void>;
  receipt(message: z.infer<typeof receiptMessage>, accepted: Accepted): Promise<void>;
  interrupt(message: z.infer<typeof interruptMessage>, accepted: Accepted): Promise<void>;
}

type Inbound = keyof Acceptors;

export interface InboxDeps {
  readonly agentId: string;
  /** The areas whose interrupts are heard. */
  readonly areas: () => readonly string[];
  readonly verifier: SignatureVerifier;
  readonly seen: Document<SeenState>;
  readonly clock: ClockKeeper;
  readonly faults: FaultDesk;
  readonly log: AgentLog;
  readonly acceptors: Acceptors;
}

/**
 * The gate. Nothing that comes from the broker changes anything unless it is signed with the pinned key, meant for this
 * box, fresh, newer than what was taken before, and of the right shape; the rest is dropped, counted and reported.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  #rejected = 0;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  /** Messages dropped since start. */
  get rejected(): number {
    return this.#rejected;
  }

  oversized(topic: string, bytes: number): void {
    this.#reject('message.tooLarge', `${bytes} bytes on ${topic.slice(0, 200)}`);
  }

  /** Resolves when the message is owned or refused; rejects when it could not be stored, so that it must come again. */
  async receive(topic: string, payload: Buffer): Promise<void> {
    const parsed = parseTopic(topic);
    const kind = parsed === null ? null : inboundKind(parsed.name);
    if (parsed === null || kind === null) return this.#reject('message.malformed', `topic ${topic.slice(0, 200)}`);
    // An ended retained message is an empty one: the broker's way of saying that there is nothing.
    if (payload.length === 0) return;
    if (payload.length > TOPICS[kind].maxBytes) return this.oversized(topic, payload.length);
    if (!this.#isOurs(kind, parsed.subject))
      return this.#reject('message.wrongSubject', `the topic of ${parsed.subject.slice(0, 64)}`);
    const token = payload.toString('latin1');
    const verified = await this.#deps.verifier.verify(token);
    if (!verified.ok) return this.#reject(`message.${verified.why}`, `on the topic of the ${kind}`);
    await this.#judge(kind, parsed.subject, token, verified.payload);
  }

  async #judge(kind: Inbound, subject: string, token: string, payload: string): Promise<void> {
    const { clock, seen, log } = this.#deps;
    const claims = envelopeClaims.safeParse(parseJson(payload));
    if (!claims.success) return this.#reject('message.malformed', `a signed ${kind} without proper claims`);
    const { now, trusted } = clock.read();
    const slot = kind === 'interrupt' ? `interrupt:${subject}` : kind;
    const hash = sha256Hex(token);
    const verdict = judgeEnvelope(claims.data, {
      kind,
      subject,
      now: Math.max(now, clock.stamp()),
      clockTrusted: trusted,
      seen: seen.value[slot],
      hash,
    });
    if (verdict.take === 'duplicate') return;
    if (verdict.take === 'no') return this.#reject(verdict.code, verdict.detail);
    const { seq, iat } = claims.data;
    await clock.sawSigned(iat * 1000);
    const fault = await this.#accept(kind, claims.data.body, { seq, signedAt: iat * 1000, token });
    if (fault !== null) {
      // Signed, so it is the server's mistake: what is held goes on, and the number is taken so that it is told once.
      this.#reject(`${kind}.invalid`, fault);
    } else log.info({ kind, seq, subject }, 'message taken');
    // Last: if the power goes before, the broker sends it again and it is taken again, to the same effect.
    await seen.update((value) => ({ ...value, [slot]: { seq, hash } }));
  }

  /** Null, or what is wrong with the body. */
  async #accept(kind: Inbound, body: unknown, accepted: Accepted): Promise<string | null> {
    const { acceptors } = this.#deps;
    switch (kind) {
      case 'plan':
        return await this.#take(planMessage, body, (plan) => acceptors.plan(plan, accepted));
      case 'config':
        return await this.#take(configMessage, body, (config) => acceptors.config(config, accepted));
      case 'command':
        return await this.#take(commandMessage, body, (command) => acceptors.command(command, accepted));
      case 'receipt':
        return await this.#take(receiptMessage, body, (receipt) => acceptors.receipt(receipt, accepted));
      case 'interrupt':
        return await this.#take(interruptMessage, body, (interrupt) => acceptors.interrupt(interrupt, accepted));
    }
  }

  async #take<T extends { readonly agent: string } | { readonly area: string }>(
    schema: z.ZodType<T>,
    body: unknown,
    accept: (message: T) => Promise<void>,
  ): Promise<string | null> {
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'wrong'}`;
    }
    const message = parsed.data;
    if ('agent' in message && message.agent !== this.#deps.agentId) return `agent: is ${message.agent}, not this box`;
    await accept(message);
    return null;
  }

  #isOurs(kind: Inbound, subject: string): boolean {
    return kind === 'interrupt' ? this.#deps.areas().includes(subject) : subject === this.#deps.agentId;
  }

  #reject(code: string, detail: string): void {
    this.#rejected += 1;
    this.#deps.faults.report(code, detail);
  }
}

function inboundKind(name: TopicName): Inbound | null {
  return TOPICS[name].signed;
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // not JSON: the schema refuses undefined
  }
}
