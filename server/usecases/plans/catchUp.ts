import type { SignedKind } from '../../../shared/contract/envelope.ts';
import type { StatusMessage } from '../../../shared/contract/messages/status.ts';
import { type Instant, MINUTE } from '../../../shared/core/time.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';

/** A box that cannot take a message (it put the plan in quarantine) is not sent it again with each heartbeat. */
const AGAIN_AFTER = 10 * MINUTE;

/** Sees from what boxes say that a message which the broker once confirmed has not reached them. */
export interface CatchUp {
  /** Marks what the box lacks as unpublished. Returns the kinds. Within the transaction that stores the status. */
  look(repositories: Repositories, status: StatusMessage, heardAt: Instant): Promise<SignedKind[]>;
}

/**
 * Brokers lose things: a Mosquitto that crashed comes back with its last save, and with our session in it, so that it
 * seems to remember while the newest plans are gone. The box knows best: what it holds is in its status.
 */
export function makeCatchUp({ log }: Pick<ServerParts, 'log'>): CatchUp {
  const sent = new Map<string, { seq: number; at: Instant }>();
  return {
    async look({ outgoing }, status, heardAt) {
      const lacking: SignedKind[] = [];
      if (!status.online) return lacking;
      for (const [kind, held] of [
        ['plan', status.planSeq],
        ['config', status.configSeq],
      ] as const) {
        const message = await outgoing.get(kind, status.agent);
        // What is not published yet is on its way already.
        if (!message?.published || message.seq <= held) continue;
        const key = `${kind} ${status.agent}`;
        const before = sent.get(key);
        if (before?.seq === message.seq && heardAt - before.at < AGAIN_AFTER) continue;
        sent.set(key, { seq: message.seq, at: heardAt });
        await outgoing.put({ ...message, published: false });
        lacking.push(kind);
        log.info('box lacks a published message: sending it again', {
          agentId: status.agent,
          kind,
          held,
          seq: message.seq,
        });
      }
      return lacking;
    },
  };
}
