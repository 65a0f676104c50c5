import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import type { LedgerFilter } from '../../../../shared/contract/api/ledger.ts';
import { DAY, dayNumber, HOUR, type Instant } from '../../../../shared/core/time.ts';
import type { Tables } from '../tables.ts';

/** Farthest that a zone's midnight lies before (UTC+14) and after (UTC-12) the one of UTC. */
const EARLIEST_MIDNIGHT = 14 * HOUR;
const LATEST_MIDNIGHT = 12 * HOUR;

/** Instants between which the plays of a filter's days lie in any zone: what the indices are searched by. */
export function instantsOf(filter: LedgerFilter): { from: Instant; to: Instant } {
  const first = filter.from === undefined ? null : dayNumber(filter.from);
  const last = filter.to === undefined ? null : dayNumber(filter.to);
  return {
    from: first === null ? 0 : first * DAY - EARLIEST_MIDNIGHT,
    to: last === null ? Number.MAX_SAFE_INTEGER : (last + 1) * DAY + LATEST_MIDNIGHT,
  };
}

/** The places that a filter admits as a sub-query, or null when it admits all. */
export function placesOf(db: Kysely<Tables>, { area, village, agent }: LedgerFilter) {
  if (area === undefined && village === undefined && agent === undefined) return null;
  let places = db.selectFrom('ledger_place').select('ledger_place.id');
  // Ids hold no wildcard.
  if (area !== undefined) places = places.where('area_path', 'like', `%/${area}/%`);
  if (village !== undefined) places = places.where('village_id', '=', village);
  if (agent !== undefined) places = places.where('ledger_place.agent_id', '=', agent);
  return places;
}

/** The programmes that a filter admits as a sub-query, or null when it admits all. */
export function programmesOf(db: Kysely<Tables>, { campaign, theme, organisation }: LedgerFilter) {
  if (campaign === undefined && theme === undefined && organisation === undefined) return null;
  let programmes = db.selectFrom('ledger_programme').select('ledger_programme.id');
  if (campaign !== undefined) programmes = programmes.where('campaign_id', '=', campaign);
  if (theme !== undefined) programmes = programmes.where('theme_id', '=', theme);
  if (organisation !== undefined) programmes = programmes.where('organisation_id', '=', organisation);
  return programmes;
}

/** True of a play whose end has passed: without an outcome it is `unknown`, before that `pending`. */
export function isOver(now: Instant): Expression<SqlBool> {
  return sql<SqlBool>`ledger_play.at + ledger_play.duration_ms < ${now}`;
}

/** What a play must fulfil to count under a filter, apart from bounds of `at`. */
export function conditionsOf(
  db: Kysely<Tables>,
  row: ExpressionBuilder<Tables, 'ledger_play'>,
  filter: LedgerFilter,
  now: Instant,
): Expression<SqlBool> {
  const all: Expression<SqlBool>[] = [row('ledger_play.counts', '=', 1)];
  const places = placesOf(db, filter);
  if (places) all.push(row('ledger_play.place_id', 'in', places));
  const programmes = programmesOf(db, filter);
  if (programmes) all.push(row('ledger_play.programme_id', 'in', programmes));
  if (filter.from !== undefined) all.push(row('ledger_play.day', '>=', filter.from));
  if (filter.to !== undefined) all.push(row('ledger_play.day', '<=', filter.to));
  const { outcome } = filter;
  if (outcome === 'unknown' || outcome === 'pending') {
    all.push(row('ledger_play.outcome', 'is', null));
    all.push(outcome === 'unknown' ? isOver(now) : row.not(isOver(now)));
  } else if (outcome !== undefined) all.push(row('ledger_play.outcome', '=', outcome));
  return row.and(all);
}
