import type { ReportMessage } from '../../../shared/contract/messages/report.ts';
import type { AgentReceipt } from '../../ports/ledger.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { makeGroupCommit } from './groupCommit.ts';
import { makeReceiptSender } from './receipts.ts';
import { keepRemarks } from './remarks.ts';

export interface LedgerIntake {
  /** Resolves when the records are in the ledger. Rejects when they could not be written: no receipt, so they come again. */
  report(agentId: string, message: ReportMessage): Promise<void>;
  /** Settles what was taken, sends its receipts, and takes nothing more. */
  stop(): Promise<void>;
}

type IntakeParts = Pick<ServerParts, 'store' | 'clock' | 'log' | 'events' | 'signer' | 'bus'>;

/** Records in one transaction: beyond some thousand it grows no faster, only later. */
const BATCH_RECORDS = 2_000;
/** Records that wait; some 20 MB. */
const QUEUE_RECORDS = 50_000;

interface Report {
  readonly agentId: string;
  readonly message: ReportMessage;
}

/**
 * From the boxes' reports into the ledger: one transaction for all that came meanwhile, then the events, then a receipt
 * to each box. What has no receipt the box keeps and sends again; the ledger takes each record once.
 */
export function makeLedgerIntake(parts: IntakeParts): LedgerIntake {
  const { store, clock, log, events } = parts;
  const receipts = makeReceiptSender(parts);
  // Agents are never deleted, so who is known stays known.
  const known = new Set<string>();

  const isKnown = async (agentId: string): Promise<boolean> => {
    if (known.has(agentId)) return true;
    if ((await store.repositories.agents.get(agentId)) === null) return false;
    known.add(agentId);
    return true;
  };

  const commit = async (reports: readonly Report[]): Promise<void> => {
    const batches = reports.map(({ agentId, message: { oldest, records } }) => ({ agentId, oldest, records }));
    const now = clock.now();
    const added = await store.transaction(async (repositories): Promise<AgentReceipt[]> => {
      await keepRemarks(repositories, batches, now);
      return await repositories.ledger.append(batches, now);
    });
    for (const receipt of added) {
      if (receipt.added > 0) events.emit({ kind: 'ledger', agentId: receipt.agentId });
      receipts.send(receipt.agentId, receipt.upTo);
    }
  };

  const group = makeGroupCommit<Report>({
    weight: ({ message }) => message.records.length,
    batchWeight: BATCH_RECORDS,
    queueWeight: QUEUE_RECORDS,
    alive: () => store.ping(),
    async commit(reports) {
      try {
        await commit(reports);
      } catch (error) {
        log.error('reports not written', { reports: reports.length, firstAgent: reports[0]?.agentId, error });
        throw error;
      }
    },
  });

  return {
    async report(agentId, message) {
      if (message.agent !== agentId || !(await isKnown(agentId))) {
        log.warn('report refused', { agentId, names: message.agent, records: message.records.length });
        return; // it would be no better the next time
      }
      await group.add({ agentId, message });
    },
    async stop() {
      await group.stop();
      await receipts.stop();
    },
  };
}
