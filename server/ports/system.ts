import type { Instant } from '../../shared/core/time.ts';

/** The machine, as use cases see it. Tests give them a clock that they move and bytes that they choose. */
export interface Clock {
  now(): Instant;
}

export interface Random {
  /** Cryptographically strong. */
  bytes(count: number): Uint8Array;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** One line an event: a short constant message, everything that varies in the fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields that every line will have, such as the request id. */
  with(fields: LogFields): Logger;
}

/** What changed, for pages that follow along. Only after the change is committed. */
export type ServerEvent =
  | { readonly kind: 'status'; readonly agentId: string }
  | { readonly kind: 'ledger'; readonly agentId: string }
  | { readonly kind: 'plan'; readonly agentId: string }
  | { readonly kind: 'clip'; readonly clipId: string };

export interface Events {
  emit(event: ServerEvent): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

/** Who asks. Goes into the audit log beside every change. */
export interface Actor {
  /** A user id, `agent:` and its id, or `system`. */
  readonly id: string;
}

export const SYSTEM: Actor = { id: 'system' };
