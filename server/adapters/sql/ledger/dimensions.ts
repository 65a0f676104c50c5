import type { Kysely } from 'kysely';
import { canonicalJson, sha256Hex } from '../../../../shared/core/canonical.ts';
import { base32 } from '../../../../shared/core/ids.ts';
import type { PlannedPlay } from '../../../ports/ledger.ts';
import type { Tables } from '../tables.ts';
import type { PlaceRow, ProgrammeRow } from './tables.ts';

/** What the plays of one box's plan share, each content once. */
export class Dimensions {
  readonly places = new Map<string, PlaceRow>();
  readonly programmes = new Map<string, ProgrammeRow>();
  readonly #agentId: string;

  constructor(agentId: string) {
    this.#agentId = agentId;
  }

  /** Where the box stood when this was planned. */
  placeOf(play: PlannedPlay): PlaceRow {
    return kept(this.places, {
      agent_id: this.#agentId,
      village_id: play.villageId,
      village_name: play.villageName,
      area_path: play.areaPath,
    });
  }

  /** What was to be heard, and on whose behalf, when this was planned. */
  programmeOf(play: PlannedPlay): ProgrammeRow {
    return kept(this.programmes, {
      class: play.item.class,
      rule_id: play.item.rule,
      bulletin_id: play.item.bulletin,
      title: play.item.title,
      campaign_id: play.item.campaign,
      theme_id: play.themeId,
      organisation_id: play.organisationId,
      language: play.language,
      clip: play.item.clip,
    });
  }
}

/** The row with this content, hashed once only: a plan has hundreds of plays and few contents. */
function kept<Content extends Record<string, string | null>>(
  rows: Map<string, Content & { id: string }>,
  content: Content,
): Content & { id: string } {
  const known = JSON.stringify(Object.values(content));
  const row = rows.get(known) ?? { ...content, id: hash(content) };
  rows.set(known, row);
  return row;
}

/** 80 bits: two of a server's few million contents do not meet. */
function hash(content: Readonly<Record<string, string | null>>): string {
  return base32(Buffer.from(sha256Hex(canonicalJson(content)).slice(0, 20), 'hex'));
}

export async function keepPlaces(db: Kysely<Tables>, rows: readonly PlaceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('ledger_place')
    .values([...rows])
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export async function keepProgrammes(db: Kysely<Tables>, rows: readonly ProgrammeRow[]): Promise<void> {
  // Few differ within one village's plan; a hundred a statement stays far from any limit on parameters.
  for (let from = 0; from < rows.length; from += 100)
    await db
      .insertInto('ledger_programme')
      .values(rows.slice(from, from + 100))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
}
