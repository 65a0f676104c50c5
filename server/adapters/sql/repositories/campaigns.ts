import type { Kysely } from 'kysely';
import type { Campaign, Theme } from '../../../../shared/contract/api/campaign.ts';
import type { Repository } from '../../../ports/store.ts';
import { fromJson, textList } from '../json.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { CampaignRow, Tables, ThemeRow } from '../tables.ts';

/** Campaigns with their themes, which are rows of their own because bulletins and the ledger name them. */
export function campaignRepository({ db, atomically }: Session): Repository<Campaign> {
  const bare = (database: Kysely<Tables>) =>
    rowsById<'campaign', Campaign>(database, 'campaign', toRow, (row) => fromRow(row, []));

  const withThemes = async (campaigns: Campaign[]): Promise<Campaign[]> => {
    const query = db.selectFrom('theme').selectAll().orderBy('campaign_id').orderBy('position');
    const only = campaigns.length === 1 && campaigns[0] ? query.where('campaign_id', '=', campaigns[0].id) : query;
    const themes = campaigns.length === 0 ? [] : await only.execute();
    const byCampaign = Map.groupBy(themes, (theme) => theme.campaign_id);
    return campaigns.map((campaign) => ({ ...campaign, themes: (byCampaign.get(campaign.id) ?? []).map(themeOf) }));
  };

  return {
    async get(id) {
      const found = await bare(db).get(id);
      return found && ((await withThemes([found]))[0] ?? null);
    },
    async all() {
      return withThemes(await bare(db).all());
    },
    async page(page) {
      return withThemes(await bare(db).page(page));
    },
    insert: (campaign) =>
      atomically(async (transaction) => {
        await bare(transaction).insert(campaign);
        await putThemes(transaction, campaign);
      }),
    update: (campaign) =>
      atomically(async (transaction) => {
        await bare(transaction).update(campaign);
        await putThemes(transaction, campaign);
      }),
  };
}

/** Makes the themes of a campaign be exactly these. One that a bulletin names cannot go: the database refuses. */
async function putThemes(db: Kysely<Tables>, campaign: Campaign): Promise<void> {
  const kept = campaign.themes.map((theme) => theme.id);
  const gone = db.deleteFrom('theme').where('campaign_id', '=', campaign.id);
  await (kept.length === 0 ? gone : gone.where('id', 'not in', kept)).execute();
  if (kept.length === 0) return;
  await db
    .insertInto('theme')
    .values(campaign.themes.map(({ id, name }, position) => ({ id, name, position, campaign_id: campaign.id })))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({
        name: row.ref('excluded.name'),
        position: row.ref('excluded.position'),
      })),
    )
    .execute();
}

function themeOf(row: ThemeRow): Theme {
  return { id: row.id, name: row.name };
}

function toRow(value: Campaign): CampaignRow {
  return {
    id: value.id,
    name: value.name,
    document_number: value.documentNumber,
    issuer: value.issuer,
    first_day: value.from,
    last_day: value.to,
    movements: JSON.stringify(value.movements),
    area_ids: JSON.stringify(value.areaIds),
    organisation_ids: JSON.stringify(value.organisationIds),
  };
}

function fromRow(row: CampaignRow, themes: Theme[]): Campaign {
  return {
    id: row.id,
    name: row.name,
    documentNumber: row.document_number,
    issuer: row.issuer,
    from: row.first_day,
    to: row.last_day,
    movements: fromJson(textList, row.movements),
    areaIds: fromJson(textList, row.area_ids),
    organisationIds: fromJson(textList, row.organisation_ids),
    themes,
  };
}
