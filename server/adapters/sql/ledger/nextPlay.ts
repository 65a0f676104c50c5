import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { LedgerFilter } from '../../../../shared/contract/api/ledger.ts';
import type { Instant } from '../../../../shared/core/time.ts';
import type { Tables } from '../tables.ts';
import { placesOf, programmesOf } from './conditions.ts';

/**
 * The first instant at or after `from` at which the places and the programmes of the filter have a play, or null: by a
 * look into the index for each of them. No play that the filter admits lies between.
 */
export async function nextPlay(db: Kysely<Tables>, filter: LedgerFilter, from: Instant): Promise<Instant | null> {
  const places = placesOf(db, filter);
  const programmes = programmesOf(db, filter);
  const first = db
    .selectFrom('ledger_play')
    .where('ledger_play.at', '>=', from)
    .select(({ fn }) => fn.min<Instant | null>('ledger_play.at').as('at'));
  const ofPlaces = places
    ?.clearSelect()
    .select(({ fn }) => fn.min<Instant | null>(first.whereRef('place_id', '=', sql.ref('ledger_place.id'))).as('at'));
  const ofProgrammes = programmes
    ?.clearSelect()
    .select(({ fn }) =>
      fn.min<Instant | null>(first.whereRef('programme_id', '=', sql.ref('ledger_programme.id'))).as('at'),
    );
  let next = from;
  for (const look of [ofPlaces, ofProgrammes, places || programmes ? undefined : first]) {
    if (!look) continue;
    const at = await firstOf(look);
    if (at === null) return null;
    next = Math.max(next, at);
  }
  return next;
}

async function firstOf<Table extends keyof Tables>(
  look: SelectQueryBuilder<Tables, Table, { at: Instant | null }>,
): Promise<Instant | null> {
  return (await look.executeTakeFirstOrThrow()).at;
}
