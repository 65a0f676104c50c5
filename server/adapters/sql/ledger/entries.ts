import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { LedgerEntry, LedgerFilter } from '../../../../shared/contract/api/ledger.ts';
import { Fault } from '../../../../shared/core/fault.ts';
import { DAY, type Instant } from '../../../../shared/core/time.ts';
import type { Page } from '../../../ports/store.ts';
import type { Tables } from '../tables.ts';
import { conditionsOf, instantsOf } from './conditions.ts';
import { nextPlay } from './nextPlay.ts';
import type { PlaceRow, PlayRow, ProgrammeRow } from './tables.ts';

type Database = Kysely<Tables>;
/** The order of entries: by instant, then box, then item. */
interface Cursor {
  readonly at: Instant;
  readonly agent: string;
  readonly item: string;
}
export type PlayWithDimensions = PlayRow & Omit<PlaceRow, 'id' | 'agent_id'> & Omit<ProgrammeRow, 'id'>;

/** How far a first look reaches, and by how much each next one reaches farther. */
const FIRST_REACH = DAY;
const GROWTH = 4;

/**
 * See `LedgerRepository.entries`. Looks at stretches of time that begin where the filter has its next play, each longer
 * than the one before, until the page is full: so that, whichever index the engine takes, it never sorts or walks
 * more than a few pages' worth of a ledger of years.
 */
export async function entries(
  db: Database,
  filter: LedgerFilter,
  page: Page,
  now: Instant,
): Promise<{ items: LedgerEntry[]; next: string | null }> {
  const bounds = instantsOf(filter);
  const cursor = page.after === undefined ? null : readCursor(page.after);
  const found: PlayWithDimensions[] = [];
  let from: Instant | null = Math.max(bounds.from, cursor?.at ?? 0);
  for (let reach = FIRST_REACH; found.length <= page.limit; reach *= GROWTH) {
    from = await nextPlay(db, filter, from);
    if (from === null || from >= bounds.to) break;
    const to = Math.min(from + reach, bounds.to);
    found.push(...(await stretch(db, filter, cursor, from, to, page.limit + 1 - found.length, now)));
    from = to;
  }
  const items = found.slice(0, page.limit);
  const last = items.at(-1);
  const next = found.length > page.limit && last ? writeCursor(last) : null;
  return { items: items.map((play) => entryOf(play, now)), next };
}

async function stretch(
  db: Database,
  filter: LedgerFilter,
  cursor: Cursor | null,
  from: Instant,
  to: Instant,
  limit: number,
  now: Instant,
): Promise<PlayWithDimensions[]> {
  let plays = db
    .selectFrom('ledger_play')
    .selectAll()
    .where('at', '>=', from)
    .where('at', '<', to)
    .where((row) => conditionsOf(db, row, filter, now))
    .orderBy('at')
    .orderBy('agent_id')
    .orderBy('item_id')
    .limit(limit);
  if (cursor)
    plays = plays.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('at', 'agent_id', 'item_id'), '>', tuple(cursor.at, cursor.agent, cursor.item)),
    );
  return withDimensions(db, plays);
}

/** Plays with their place and programme, in the order of entries. The page is cut before anything is joined to it. */
export function withDimensions(
  db: Database,
  plays: SelectQueryBuilder<Tables, 'ledger_play', PlayRow>,
): Promise<PlayWithDimensions[]> {
  return db
    .selectFrom(plays.as('play'))
    .innerJoin('ledger_place as place', 'place.id', 'play.place_id')
    .innerJoin('ledger_programme as programme', 'programme.id', 'play.programme_id')
    .selectAll('play')
    .select(['village_id', 'village_name', 'area_path'])
    .select(['class', 'rule_id', 'bulletin_id', 'title', 'campaign_id', 'theme_id', 'organisation_id'])
    .select(['language', 'clip'])
    .orderBy('play.at')
    .orderBy('play.agent_id')
    .orderBy('play.item_id')
    .execute();
}

function entryOf(play: PlayWithDimensions, now: Instant): LedgerEntry {
  return {
    agentId: play.agent_id,
    itemId: play.item_id,
    villageId: play.village_id,
    villageName: play.village_name,
    day: play.day,
    at: play.at,
    durationMs: play.duration_ms,
    class: play.class,
    ruleId: play.rule_id,
    bulletinId: play.bulletin_id,
    title: play.title,
    campaignId: play.campaign_id,
    themeId: play.theme_id,
    organisationId: play.organisation_id,
    language: play.language,
    clip: play.clip,
    outcome: play.outcome ?? (play.at + play.duration_ms < now ? 'unknown' : 'pending'),
    reason: play.reason,
    startedAt: play.started_at,
    heardMs: play.heard_ms,
  };
}

function writeCursor(play: PlayWithDimensions): string {
  return `${play.at}.${play.agent_id}.${play.item_id}`;
}

/** @throws Fault `invalid` for anything that `writeCursor` did not write */
function readCursor(text: string): Cursor {
  const [, at, agent, item] = /^(\d{1,15})\.([a-z0-9-]{1,64})\.([a-z0-9-]{1,64})$/.exec(text) ?? [];
  if (at === undefined || agent === undefined || item === undefined) {
    const message = 'must be the `next` of the page before, unchanged';
    throw new Fault('invalid', 'page.cursor', `after ${message}`, [{ field: 'after', message }]);
  }
  return { at: Number(at), agent, item };
}
