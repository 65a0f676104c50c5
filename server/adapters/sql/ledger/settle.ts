import { type Kysely, sql } from 'kysely';
import type { ReportedOutcome, SkipReason } from '../../../../shared/contract/messages/report.ts';
import { given } from '../given.ts';
import type { Engine } from '../migrations/columnTypes.ts';
import type { Tables } from '../tables.ts';

/** What a record says of a play. */
export interface Settlement {
  readonly agent_id: string;
  readonly item_id: string;
  readonly n: number;
  readonly outcome: ReportedOutcome;
  readonly reason: SkipReason | null;
  readonly started_at: number | null;
  readonly heard_ms: number;
}

const COLUMNS = {
  agent_id: 'text',
  item_id: 'text',
  n: 'bigint',
  outcome: 'text',
  reason: 'text',
  started_at: 'bigint',
  heard_ms: 'bigint',
} as const;

/**
 * Gives plays their outcome, where no record with a lower number has done so: so the end is the same in whatever order
 * records come. A dropped play that was heard all the same counts again.
 * @param settlements at most one a play
 * @returns those whose play is not in the ledger
 */
export async function settle(
  db: Kysely<Tables>,
  engine: Engine,
  settlements: readonly Settlement[],
): Promise<Settlement[]> {
  const settled = await db
    .updateTable('ledger_play')
    .from(given(engine, COLUMNS, settlements))
    .set((row) => ({
      outcome: sql<ReportedOutcome>`given.outcome`,
      reason: sql<SkipReason | null>`given.reason`,
      started_at: row.ref('given.started_at'),
      heard_ms: sql<number>`given.heard_ms`,
      decided_by: row.ref('given.n'),
      counts: sql<0 | 1>`case when given.outcome = 'skipped' then ledger_play.counts else 1 end`,
    }))
    .whereRef('ledger_play.agent_id', '=', 'given.agent_id')
    .whereRef('ledger_play.item_id', '=', 'given.item_id')
    .where((row) =>
      row.or([row('ledger_play.decided_by', 'is', null), row('ledger_play.decided_by', '>', row.ref('given.n'))]),
    )
    .returning(['ledger_play.agent_id', 'ledger_play.item_id'])
    .execute();
  if (settled.length === settlements.length) return [];
  const done = new Set(settled.map(({ agent_id, item_id }) => `${agent_id} ${item_id}`));
  const rest = settlements.filter(({ agent_id, item_id }) => !done.has(`${agent_id} ${item_id}`));
  const planned = await db
    .selectFrom(given(engine, COLUMNS, rest))
    .innerJoin('ledger_play', (join) =>
      join.onRef('ledger_play.agent_id', '=', 'given.agent_id').onRef('ledger_play.item_id', '=', 'given.item_id'),
    )
    .select(['ledger_play.agent_id', 'ledger_play.item_id'])
    .execute();
  const known = new Set(planned.map(({ agent_id, item_id }) => `${agent_id} ${item_id}`));
  return rest.filter(({ agent_id, item_id }) => !known.has(`${agent_id} ${item_id}`));
}
