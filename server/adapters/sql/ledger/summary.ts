import { setImmediate } from 'node:timers/promises';
import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import type { LedgerFilter, LedgerGroup, LedgerSum } from '../../../../shared/contract/api/ledger.ts';
import { DAY, type Instant, MINUTE } from '../../../../shared/core/time.ts';
import { given } from '../given.ts';
import type { Engine } from '../migrations/columnTypes.ts';
import type { Tables } from '../tables.ts';
import { conditionsOf, instantsOf, isOver } from './conditions.ts';
import { nextPlay } from './nextPlay.ts';

type Database = Kysely<Tables>;
type Figures = Omit<LedgerSum, 'key'>;

/** The column of a play that a group is made from; the rest of the way leads over few rows. */
const COLUMN_OF = {
  village: 'place_id',
  campaign: 'programme_id',
  theme: 'programme_id',
  organisation: 'programme_id',
  day: 'day',
  total: null,
} as const satisfies Record<LedgerGroup, string | null>;

const NOTHING: Figures = {
  planned: 0,
  played: 0,
  partly: 0,
  skipped: 0,
  unknown: 0,
  pending: 0,
  plannedMs: 0,
  heardMs: 0,
};

/** How far a first look reaches; the next ones adapt, so that none keeps an embedded database's only thread for long. */
const FIRST_REACH = DAY;
/** What one look should take, in ms. */
const LOOK = 40;

/**
 * See `LedgerRepository.summary`. In the order of keys, plays without one last; `total` always has its one row. Adds up
 * stretch by stretch and lets others have their turn between: within each one the outcomes add up to what was planned,
 * and so they do in the end, also while records come in.
 */
export async function summary(
  db: Database,
  engine: Engine,
  filter: LedgerFilter,
  by: LedgerGroup,
  now: Instant,
): Promise<LedgerSum[]> {
  const bounds = instantsOf(filter);
  const sums = new Map<string, Figures>();
  let from: Instant | null = bounds.from;
  for (let reach = FIRST_REACH; ; ) {
    from = await nextPlay(db, filter, from);
    if (from === null || from >= bounds.to) break;
    const to = Math.min(from + reach, bounds.to);
    const begun = performance.now();
    for (const { group, ...figures } of await stretch(db, filter, by, from, to, now)) addTo(sums, group, figures);
    const took = performance.now() - begun;
    if (took < LOOK / 2) reach *= 2;
    else if (took > LOOK * 2) reach = Math.max(MINUTE, Math.round(reach / 2));
    from = to;
    await setImmediate();
  }
  if (by === 'total') return [{ key: null, ...(sums.get('') ?? NOTHING) }];
  if (by === 'day') return inOrder([...sums].map(([key, figures]) => ({ key, ...figures })));
  const keys = await keysOf(db, engine, by, [...sums.keys()]);
  const byKey = new Map<string | null, Figures>();
  for (const [group, figures] of sums) addTo(byKey, keys.get(group) ?? null, figures);
  return inOrder([...byKey].map(([key, figures]) => ({ key, ...figures })));
}

function stretch(
  db: Database,
  filter: LedgerFilter,
  by: LedgerGroup,
  from: Instant,
  to: Instant,
  now: Instant,
): Promise<(Figures & { group: string })[]> {
  const column = COLUMN_OF[by];
  return db
    .selectFrom('ledger_play')
    .where('at', '>=', from)
    .where('at', '<', to)
    .where((row) => conditionsOf(db, row, filter, now))
    .select(({ fn, eb, not }) => {
      const open = eb('outcome', 'is', null);
      const over = isOver(now);
      const count = (condition: Expression<SqlBool>) => fn.countAll<number>().filterWhere(condition);
      return [
        fn.countAll<number>().as('planned'),
        count(eb('outcome', '=', 'played')).as('played'),
        count(eb('outcome', '=', 'partly')).as('partly'),
        count(eb('outcome', '=', 'skipped')).as('skipped'),
        count(eb.and([open, over])).as('unknown'),
        count(eb.and([open, not(over)])).as('pending'),
        // PostgreSQL adds bigints up to a numeric.
        sql<number>`cast(coalesce(sum(duration_ms), 0) as bigint)`.as('plannedMs'),
        sql<number>`cast(coalesce(sum(heard_ms), 0) as bigint)`.as('heardMs'),
        (column === null ? sql.lit('') : sql.ref<string>(column)).as('group'),
      ];
    })
    .$if(column !== null, (query) => query.groupBy(sql.ref(column ?? 'day')))
    .execute();
}

/** The group that a place or a programme belongs to. */
async function keysOf(
  db: Database,
  engine: Engine,
  by: 'village' | 'campaign' | 'theme' | 'organisation',
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const columns = { dimension: 'text' } as const;
  const wanted = given(
    engine,
    columns,
    ids.map((dimension) => ({ dimension })),
  );
  if (by === 'village') {
    const rows = await db
      .selectFrom('ledger_place')
      .innerJoin(wanted, 'given.dimension', 'ledger_place.id')
      .select(['id', 'village_id'])
      .execute();
    return new Map(rows.map((row) => [row.id, row.village_id]));
  }
  const rows = await db
    .selectFrom('ledger_programme')
    .innerJoin(wanted, 'given.dimension', 'ledger_programme.id')
    .select(['id', `${by}_id as key`])
    .execute();
  return new Map(rows.map((row) => [row.id, row.key]));
}

function addTo<Key>(sums: Map<Key, Figures>, key: Key, more: Figures): void {
  const known = sums.get(key) ?? NOTHING;
  sums.set(key, {
    planned: known.planned + more.planned,
    played: known.played + more.played,
    partly: known.partly + more.partly,
    skipped: known.skipped + more.skipped,
    unknown: known.unknown + more.unknown,
    pending: known.pending + more.pending,
    plannedMs: known.plannedMs + more.plannedMs,
    heardMs: known.heardMs + more.heardMs,
  });
}

function inOrder(sums: LedgerSum[]): LedgerSum[] {
  return sums.sort((a, b) => {
    if (a.key === b.key) return 0;
    if (a.key === null) return 1;
    return b.key === null || a.key < b.key ? -1 : 1;
  });
}
