import type { Kysely } from 'kysely';
import type { ReportRecord } from '../../../../shared/contract/messages/report.ts';
import type { Instant } from '../../../../shared/core/time.ts';
import { given } from '../given.ts';
import type { Engine } from '../migrations/columnTypes.ts';
import type { Tables } from '../tables.ts';

type Database = Kysely<Tables>;

/** What came from one box at once. */
export interface Arrival {
  readonly agentId: string;
  oldest: number;
  readonly records: Map<number, ReportRecord>;
}

/**
 * Moves each box's `up_to` to the highest n below which nothing is waited for, once its records are in. What lies below
 * `oldest` the box no longer has: it is given up, and the audit log says what was lost.
 * @returns the new `up_to` of every box named
 */
export async function advanceProgress(
  db: Database,
  engine: Engine,
  arrivals: readonly Arrival[],
  now: Instant,
): Promise<Map<string, number>> {
  const columns = { agent_id: 'text' } as const;
  const agents = arrivals.map(({ agentId }) => ({ agent_id: agentId }));
  const rows = await db
    .selectFrom('ledger_progress')
    .innerJoin(given(engine, columns, agents), 'given.agent_id', 'ledger_progress.agent_id')
    .select(['ledger_progress.agent_id', 'ledger_progress.up_to', 'ledger_progress.highest'])
    .execute();
  const known = new Map(rows.map((row) => [row.agent_id, row]));

  const advanced: { agent_id: string; up_to: number; highest: number }[] = [];
  const result = new Map<string, number>();
  for (const arrival of arrivals) {
    const before = known.get(arrival.agentId) ?? { up_to: 0, highest: 0 };
    const run = (from: number) => endOfRun(db, arrival, from, before.highest);
    let upTo = await run(before.up_to);
    if (arrival.oldest > upTo + 1) {
      await noteGap(db, arrival.agentId, upTo + 1, arrival.oldest - 1, now);
      upTo = await run(arrival.oldest - 1);
    }
    let highest = Math.max(before.highest, upTo);
    for (const n of arrival.records.keys()) if (n > highest) highest = n;
    result.set(arrival.agentId, upTo);
    if (upTo !== before.up_to || highest !== before.highest)
      advanced.push({ agent_id: arrival.agentId, up_to: upTo, highest });
  }
  await putProgress(db, engine, advanced);
  return result;
}

/** The last n of the unbroken run that begins after `from`; `from` itself when the next is missing. */
async function endOfRun(db: Database, arrival: Arrival, from: number, highestBefore: number): Promise<number> {
  let end = from;
  while (arrival.records.has(end + 1)) end++;
  // Only a box whose records once came out of order has any beyond.
  if (highestBefore <= end) return end;
  const records = db.selectFrom('ledger_record as this').where('this.agent_id', '=', arrival.agentId);
  const next = await records
    .where('this.n', '=', end + 1)
    .select('this.n')
    .executeTakeFirst();
  if (!next) return end;
  const last = await records
    .where('this.n', '>', end)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('ledger_record as following')
            .select('following.n')
            .where('following.agent_id', '=', arrival.agentId)
            .where((row) => row('following.n', '=', row('this.n', '+', 1))),
        ),
      ),
    )
    .orderBy('this.n')
    .limit(1)
    .select('this.n')
    .executeTakeFirstOrThrow();
  return last.n;
}

async function noteGap(db: Database, agentId: string, from: number, to: number, now: Instant): Promise<void> {
  const { held } = await db
    .selectFrom('ledger_record')
    .where('agent_id', '=', agentId)
    .where('n', '>=', from)
    .where('n', '<=', to)
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .executeTakeFirstOrThrow();
  const missing = to - from + 1 - held;
  if (missing === 0) return;
  await db
    .insertInto('audit')
    .values({
      at: now,
      actor: `agent:${agentId}`,
      action: 'ledger.gap',
      subject: agentId,
      detail: JSON.stringify({ from, to, missing }),
    })
    .execute();
}

async function putProgress(
  db: Database,
  engine: Engine,
  rows: readonly { agent_id: string; up_to: number; highest: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = { agent_id: 'text', up_to: 'bigint', highest: 'bigint' } as const;
  await db
    .insertInto('ledger_progress')
    .columns(['agent_id', 'up_to', 'highest'])
    .expression(
      db
        .selectFrom(given(engine, columns, rows))
        .select(['agent_id', 'up_to', 'highest'])
        .where((where) => where.lit(true)),
    )
    .onConflict((conflict) =>
      conflict.column('agent_id').doUpdateSet((row) => ({
        up_to: row.ref('excluded.up_to'),
        highest: row.ref('excluded.highest'),
      })),
    )
    .execute();
}
