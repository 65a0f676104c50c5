import type { BusListener } from '../../ports/messaging.ts';
import type { Logger } from '../../ports/system.ts';
import type { StatusKeeper } from '../agents/statusKeeper.ts';
import type { LedgerIntake } from '../ledger/intake.ts';
import type { OutboxPump } from './publishPlans.ts';

/** What the server does with all that the bus hands up. */
export function makeBusListener(parts: {
  readonly intake: LedgerIntake;
  readonly statuses: StatusKeeper;
  readonly pump: OutboxPump;
  readonly log: Logger;
  /** Counts a message that was refused, for the metrics. */
  readonly countRefused?: () => void;
}): BusListener {
  const { intake, statuses, pump, log } = parts;
  return {
    report: (agentId, message) => intake.report(agentId, message),
    status: (agentId, message) => statuses.status(agentId, message),
    refused(topic, reason) {
      parts.countRefused?.();
      log.warn('message refused', { topic, reason });
    },
    connected: (remembers) => pump.connected(remembers),
    disconnected: () => undefined, // the bus has logged it; the outbox keeps what there is
  };
}
