import type { Instant } from '../../../shared/core/time.ts';
import type { AgentRecords } from '../../ports/ledger.ts';
import type { Repositories } from '../../ports/store.ts';

/**
 * Writes into the audit log what boxes report beside plays: results of commands and faults. Each once, in the
 * transaction that adds the records to the ledger and before it does: there a record that came earlier is found.
 */
export async function keepRemarks(
  { ledger, audit }: Pick<Repositories, 'ledger' | 'audit'>,
  batches: readonly AgentRecords[],
  now: Instant,
): Promise<void> {
  const seen = new Set<string>();
  for (const { agentId, records } of batches) {
    for (const record of records) {
      const name = `${agentId} ${record.n}`;
      if (record.kind === 'playback' || seen.has(name)) continue;
      seen.add(name);
      const [held] = await ledger.records(agentId, record.n - 1, 1);
      if (held?.n === record.n) continue;
      const common = { at: now, actor: `agent:${agentId}` };
      const { n, recordedAt } = record;
      if (record.kind === 'result') {
        const { command, ok, detail } = record;
        const said = { agentId, n, recordedAt, ok, detail };
        await audit.add({ ...common, action: 'agent.commandResult', subject: command, detail: said });
      } else {
        const { code, detail } = record;
        await audit.add({
          ...common,
          action: 'agent.fault',
          subject: agentId,
          detail: { n, recordedAt, code, detail },
        });
      }
    }
  }
}
