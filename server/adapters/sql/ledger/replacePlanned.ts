import { type Kysely, sql } from 'kysely';
import { reportRecord } from '../../../../shared/contract/messages/report.ts';
import type { Instant } from '../../../../shared/core/time.ts';
import type { PlannedPlay } from '../../../ports/ledger.ts';
import { given } from '../given.ts';
import { fromJson } from '../json.ts';
import type { Engine } from '../migrations/columnTypes.ts';
import type { Tables } from '../tables.ts';
import { settlementOf } from './append.ts';
import { Dimensions, keepPlaces, keepProgrammes } from './dimensions.ts';
import { type Settlement, settle } from './settle.ts';
import type { PlayRow } from './tables.ts';

type Database = Kysely<Tables>;
type Planned = Pick<
  PlayRow,
  'agent_id' | 'item_id' | 'at' | 'duration_ms' | 'day' | 'repeat' | 'place_id' | 'programme_id'
>;

const PLANNED = {
  agent_id: 'text',
  item_id: 'text',
  at: 'bigint',
  duration_ms: 'bigint',
  day: 'text',
  repeat: 'bigint',
  place_id: 'text',
  programme_id: 'text',
} as const;

const KEY = { agent_id: 'text', item_id: 'text' } as const;

/**
 * See `LedgerRepository.replacePlanned`. Must run in a transaction.
 * @throws RangeError for a play before `from`: what lies behind is not planned anew
 */
export async function replacePlanned(
  db: Database,
  engine: Engine,
  agentId: string,
  from: Instant,
  plays: readonly PlannedPlay[],
): Promise<void> {
  const dimensions = new Dimensions(agentId);
  const target = new Map<string, Planned>();
  for (const play of plays) {
    const { id, at, durationMs, repeat } = play.item;
    if (at < from) throw new RangeError(`play ${id} at ${at} lies before ${from}`);
    target.set(id, {
      agent_id: agentId,
      item_id: id,
      at,
      duration_ms: durationMs,
      day: play.day,
      repeat,
      place_id: dimensions.placeOf(play).id,
      programme_id: dimensions.programmeOf(play).id,
    });
  }

  const current = await plannedFrom(db, agentId, from);
  const write: Planned[] = [];
  const revive: Planned[] = [];
  for (const row of target.values()) {
    const now = current.get(row.item_id);
    if (!now || (now.outcome === null && differs(now, row))) write.push(row);
    else if (now.counts === 0) revive.push(row);
  }
  const dropped = [...current.values()].filter(
    ({ item_id, counts, outcome }) => counts === 1 && outcome === null && !target.has(item_id),
  );

  if (write.length > 0) {
    await keepPlaces(db, [...dimensions.places.values()]);
    await keepProgrammes(db, [...dimensions.programmes.values()]);
    await writePlanned(db, engine, write);
    await settleEarlyRecords(db, engine, agentId, new Set(write.map(({ item_id }) => item_id)));
  }
  await setCounts(db, engine, dropped, 0);
  await setCounts(db, engine, revive, 1);
}

async function plannedFrom(
  db: Database,
  agentId: string,
  from: Instant,
): Promise<Map<string, Planned & Pick<PlayRow, 'counts' | 'outcome'>>> {
  const rows = await db
    .selectFrom('ledger_play')
    .where('place_id', 'in', db.selectFrom('ledger_place').select('id').where('agent_id', '=', agentId))
    .where('at', '>=', from)
    .select([
      'agent_id',
      'item_id',
      'at',
      'duration_ms',
      'day',
      'repeat',
      'place_id',
      'programme_id',
      'counts',
      'outcome',
    ])
    .execute();
  return new Map(rows.map((row) => [row.item_id, row]));
}

function differs(now: Planned, wanted: Planned): boolean {
  return (
    now.duration_ms !== wanted.duration_ms ||
    now.day !== wanted.day ||
    now.repeat !== wanted.repeat ||
    now.place_id !== wanted.place_id ||
    now.programme_id !== wanted.programme_id
  );
}

async function writePlanned(db: Database, engine: Engine, rows: readonly Planned[]): Promise<void> {
  await db
    .insertInto('ledger_play')
    .columns([
      'agent_id',
      'item_id',
      'at',
      'duration_ms',
      'day',
      'repeat',
      'place_id',
      'programme_id',
      'counts',
      'heard_ms',
    ])
    .expression(
      db
        .selectFrom(given(engine, PLANNED, rows))
        .select(['agent_id', 'item_id', 'at', 'duration_ms', 'day', 'repeat', 'place_id', 'programme_id'])
        .select([sql.lit(1).as('counts'), sql.lit(0).as('heard_ms')])
        // SQLite reads ON CONFLICT as a join condition unless a WHERE stands between.
        .where((where) => where.lit(true)),
    )
    .onConflict((conflict) =>
      conflict.columns(['agent_id', 'item_id']).doUpdateSet((row) => ({
        duration_ms: row.ref('excluded.duration_ms'),
        day: row.ref('excluded.day'),
        repeat: row.ref('excluded.repeat'),
        place_id: row.ref('excluded.place_id'),
        programme_id: row.ref('excluded.programme_id'),
        counts: 1,
      })),
    )
    .execute();
}

async function setCounts(db: Database, engine: Engine, plays: readonly Planned[], counts: 0 | 1): Promise<void> {
  if (plays.length === 0) return;
  const keys = plays.map(({ agent_id, item_id }) => ({ agent_id, item_id }));
  await db
    .updateTable('ledger_play')
    .from(given(engine, KEY, keys))
    .set({ counts })
    .whereRef('ledger_play.agent_id', '=', 'given.agent_id')
    .whereRef('ledger_play.item_id', '=', 'given.item_id')
    .execute();
}

/** A database that was restored from a backup can hear of plays before it has planned them again. */
async function settleEarlyRecords(
  db: Database,
  engine: Engine,
  agentId: string,
  items: ReadonlySet<string>,
): Promise<void> {
  const early = await db
    .selectFrom('ledger_record')
    .where('agent_id', '=', agentId)
    .where('unplanned', '=', sql.lit(1))
    .orderBy('n', 'desc')
    .select(['item_id', 'body'])
    .execute();
  const first = new Map<string, Settlement>();
  for (const { item_id, body } of early) {
    if (item_id === null || !items.has(item_id)) continue;
    const record = fromJson(reportRecord, body);
    // In descending order of n, so that the first record is the last to be set.
    if (record.kind === 'playback') first.set(item_id, settlementOf(agentId, record));
  }
  if (first.size === 0) return;
  await settle(db, engine, [...first.values()]);
  const keys = [...first.keys()].map((item_id) => ({ agent_id: agentId, item_id }));
  await db
    .updateTable('ledger_record')
    .from(given(engine, KEY, keys))
    .set({ unplanned: 0 })
    .whereRef('ledger_record.agent_id', '=', 'given.agent_id')
    .whereRef('ledger_record.item_id', '=', 'given.item_id')
    .where('ledger_record.unplanned', '=', sql.lit(1))
    .execute();
}
