import type { ReceiptMessage } from '../../../shared/contract/messages/report.ts';
import type { ServerParts } from '../../ports/parts.ts';

export interface ReceiptSender {
  /** Tells a box how far its records are in the ledger; of several that wait only the last goes out. */
  send(agentId: string, upTo: number): void;
  stop(): Promise<void>;
}

/** Receipts signed and published at a time. */
const AT_ONCE = 64;

/**
 * Sends receipts. One that is lost is no harm: the box sends its records again and gets another, so nothing is stored.
 * Their numbers are taken from the clock and grow even when it stands still or goes back; a restart cannot fall behind
 * them unless the clock did.
 */
export function makeReceiptSender({
  signer,
  bus,
  clock,
  log,
}: Pick<ServerParts, 'signer' | 'bus' | 'clock' | 'log'>): ReceiptSender {
  const waiting = new Map<string, number>();
  const lastSeq = new Map<string, number>();
  let running: Promise<void> | null = null;
  let stopped = false;

  const sendOne = async (agentId: string, upTo: number): Promise<void> => {
    const now = clock.now();
    const seq = Math.max((lastSeq.get(agentId) ?? 0) + 1, now);
    lastSeq.set(agentId, seq);
    const body: ReceiptMessage = { v: 1, agent: agentId, upTo };
    try {
      await bus.publish('receipt', agentId, await signer.sign('receipt', agentId, seq, now, body));
    } catch (error) {
      log.debug('receipt not sent', { agentId, upTo, error });
    }
  };

  const loop = async (): Promise<void> => {
    while (waiting.size > 0 && bus.connected) {
      const batch = [...waiting].slice(0, AT_ONCE);
      for (const [agentId] of batch) waiting.delete(agentId);
      await Promise.all(batch.map(([agentId, upTo]) => sendOne(agentId, upTo)));
    }
    waiting.clear(); // the broker is gone, and with it whoever waited
    running = null;
  };

  return {
    send(agentId, upTo) {
      if (stopped) return;
      waiting.set(agentId, upTo);
      running ??= Promise.resolve().then(loop);
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
