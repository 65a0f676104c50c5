import type { SignedKind } from '../../../shared/contract/envelope.ts';
import { TOPIC_NAMES, TOPICS } from '../../../shared/contract/topics.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { OutgoingMessage } from '../../ports/store.ts';
import { makeBackoff } from './backoff.ts';

type PublishParts = Pick<ServerParts, 'store' | 'bus' | 'random' | 'log'>;

/** Brings signed messages from the store to the broker, again and again until the broker has them. */
export interface OutboxPump {
  /** There may be something to publish. */
  poke(): void;
  /** The broker is there; when it remembers nothing, all that it should retain goes out again. */
  connected(remembers: boolean): void;
  /** Waits for what is under way and begins nothing more. */
  stop(): Promise<void>;
}

const BATCH = 64;

/** What a broker keeps for boxes that come later. */
export const RETAINED_KINDS: readonly SignedKind[] = TOPIC_NAMES.flatMap((name) => {
  const { retain, signed } = TOPICS[name];
  return retain && signed ? [signed] : [];
});

export function makeOutboxPump(parts: PublishParts): OutboxPump {
  const { store, bus, log } = parts;
  const backoff = makeBackoff(parts.random, 500, 60_000);
  let stopped = false;
  let again = false;
  let brokerForgot = false;
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | null = null;

  /** Publishes all there is. Returns how many the broker did not take. */
  const drain = async (): Promise<number> => {
    const refused = new Set<string>();
    while (!stopped && bus.connected) {
      if (brokerForgot) {
        brokerForgot = false; // before the await: it may forget again meanwhile
        const count = await store.transaction(({ outgoing }) => outgoing.markAllUnpublished(RETAINED_KINDS));
        log.info('broker has no retained messages: publishing all', { count });
      }
      // Beyond those that were refused in this round: one bad message must not hold up the others.
      const waiting = await store.repositories.outgoing.unpublished(BATCH + refused.size);
      const batch = waiting.filter((message) => !refused.has(nameOf(message)));
      if (batch.length === 0) break;
      await publishBatch(parts, batch, refused);
    }
    return refused.size;
  };

  const loop = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      try {
        const refused = await drain();
        if (refused > 0) tryLater();
        else backoff.reset();
      } catch (error) {
        log.error('publishing failed', { error });
        tryLater();
      }
    }
    running = null;
  };

  const poke = (): void => {
    again = true;
    if (!stopped && !running) running = loop();
  };

  const tryLater = (): void => {
    if (stopped || retry) return;
    retry = setTimeout(() => {
      retry = null;
      poke();
    }, backoff.next());
    retry.unref();
  };

  return {
    poke,
    connected(remembers) {
      if (!remembers) brokerForgot = true;
      poke();
    },
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      await running;
    },
  };
}

async function publishBatch(
  { store, bus, log }: PublishParts,
  batch: readonly OutgoingMessage[],
  refused: Set<string>,
): Promise<void> {
  const taken: OutgoingMessage[] = [];
  const failures: { kind: SignedKind; subject: string; error: unknown }[] = [];
  await Promise.all(
    batch.map(async (message) => {
      try {
        await bus.publish(message.kind, message.subject, message.jws);
        taken.push(message);
      } catch (error) {
        refused.add(nameOf(message));
        failures.push({ kind: message.kind, subject: message.subject, error });
      }
    }),
  );
  const [first] = failures;
  if (first) {
    // One line for all: a broker that goes away refuses a whole batch.
    const { kind, subject, error } = first;
    log.warn('messages not published', { count: failures.length, firstKind: kind, firstSubject: subject, error });
  }
  if (taken.length === 0) return;
  await store.transaction(async ({ outgoing }) => {
    for (const { kind, subject, seq } of taken) await outgoing.markPublished(kind, subject, seq);
  });
}

function nameOf({ kind, subject, seq }: OutgoingMessage): string {
  return `${kind} ${subject} ${seq}`;
}
