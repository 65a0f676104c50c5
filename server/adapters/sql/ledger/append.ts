import type { Kysely } from 'kysely';
import type { PlaybackRecord, ReportRecord } from '../../../../shared/contract/messages/report.ts';
import type { Instant } from '../../../../shared/core/time.ts';
import type { AgentReceipt, AgentRecords } from '../../../ports/ledger.ts';
import { chunks, given } from '../given.ts';
import type { Engine } from '../migrations/columnTypes.ts';
import type { Tables } from '../tables.ts';
import { type Arrival, advanceProgress } from './progress.ts';
import { type Settlement, settle } from './settle.ts';

type Database = Kysely<Tables>;
interface Addressed {
  readonly agentId: string;
  readonly record: ReportRecord;
}

/** Rows in one statement: more gain nothing, and each is a parameter of some 400 bytes a row. */
const ROWS = 2_000;

/** See `LedgerRepository.append`. Must run in a transaction. */
export async function append(
  db: Database,
  engine: Engine,
  batches: readonly AgentRecords[],
  now: Instant,
): Promise<AgentReceipt[]> {
  const arrivals = byAgent(batches);
  const records: Addressed[] = [];
  for (const { agentId, records: own } of arrivals.values())
    for (const record of own.values()) records.push({ agentId, record });

  const added = new Map<string, number>();
  for (const chunk of chunks(records, ROWS)) {
    const fresh = await insertRecords(db, engine, chunk, now);
    for (const { agentId } of fresh) added.set(agentId, (added.get(agentId) ?? 0) + 1);
    await settleWhatTheyName(db, engine, fresh);
  }
  const upTo = await advanceProgress(db, engine, [...arrivals.values()], now);
  return [...arrivals.keys()].map((agentId) => ({
    agentId,
    upTo: upTo.get(agentId) ?? 0,
    added: added.get(agentId) ?? 0,
  }));
}

function byAgent(batches: readonly AgentRecords[]): Map<string, Arrival> {
  const arrivals = new Map<string, Arrival>();
  for (const { agentId, oldest, records } of batches) {
    const arrival = arrivals.get(agentId) ?? { agentId, oldest: 0, records: new Map<number, ReportRecord>() };
    arrival.oldest = Math.max(arrival.oldest, oldest);
    for (const record of records) if (!arrival.records.has(record.n)) arrival.records.set(record.n, record);
    arrivals.set(agentId, arrival);
  }
  return arrivals;
}

/** Inserts those not there yet, and returns them. */
async function insertRecords(
  db: Database,
  engine: Engine,
  records: readonly Addressed[],
  now: Instant,
): Promise<Addressed[]> {
  const columns = {
    agent_id: 'text',
    n: 'bigint',
    kind: 'text',
    item_id: 'text',
    received_at: 'bigint',
    unplanned: 'bigint',
    body: 'text',
  } as const;
  const rows = records.map(({ agentId, record }) => ({
    agent_id: agentId,
    n: record.n,
    kind: record.kind,
    item_id: record.kind === 'playback' ? record.item : null,
    received_at: now,
    unplanned: 0,
    body: JSON.stringify(record),
  }));
  const inserted = await db
    .insertInto('ledger_record')
    .columns(['agent_id', 'n', 'kind', 'item_id', 'received_at', 'unplanned', 'body'])
    .expression(
      db
        .selectFrom(given(engine, columns, rows))
        .select(['agent_id', 'n', 'kind', 'item_id', 'received_at', 'unplanned', 'body'])
        // SQLite reads ON CONFLICT as a join condition unless a WHERE stands between.
        .where((where) => where.lit(true)),
    )
    .onConflict((conflict) => conflict.columns(['agent_id', 'n']).doNothing())
    .returning(['agent_id', 'n'])
    .execute();
  if (inserted.length === records.length) return [...records];
  const fresh = new Set(inserted.map(({ agent_id, n }) => `${agent_id} ${n}`));
  return records.filter(({ agentId, record }) => fresh.has(`${agentId} ${record.n}`));
}

async function settleWhatTheyName(db: Database, engine: Engine, fresh: readonly Addressed[]): Promise<void> {
  const first = new Map<string, Settlement>();
  for (const { agentId, record } of fresh) {
    if (record.kind !== 'playback') continue;
    const play = `${agentId} ${record.item}`;
    const known = first.get(play);
    if (!known || record.n < known.n) first.set(play, settlementOf(agentId, record));
  }
  if (first.size === 0) return;
  const unplanned = await settle(db, engine, [...first.values()]);
  if (unplanned.length === 0) return;
  const plays = new Set(unplanned.map(({ agent_id, item_id }) => `${agent_id} ${item_id}`));
  const columns = { agent_id: 'text', n: 'bigint' } as const;
  const rows = fresh
    .filter(({ agentId, record }) => record.kind === 'playback' && plays.has(`${agentId} ${record.item}`))
    .map(({ agentId, record }) => ({ agent_id: agentId, n: record.n }));
  await db
    .updateTable('ledger_record')
    .from(given(engine, columns, rows))
    .set({ unplanned: 1 })
    .whereRef('ledger_record.agent_id', '=', 'given.agent_id')
    .whereRef('ledger_record.n', '=', 'given.n')
    .execute();
}

export function settlementOf(agentId: string, record: PlaybackRecord): Settlement {
  return {
    agent_id: agentId,
    item_id: record.item,
    n: record.n,
    outcome: record.outcome,
    reason: record.reason,
    started_at: record.startedAt,
    heard_ms: record.heardMs,
  };
}
