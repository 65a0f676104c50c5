import type { Bulletin } from '../../../shared/contract/api/bulletin.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { referred } from '../../domain/checks.ts';
import type { Repositories } from '../../ports/store.ts';

/**
 * Refuses a bulletin that names what is not there, or a theme of another campaign.
 * @throws Fault `area.unknown`, `campaign.unknown`, `organisation.unknown`, `theme.withoutCampaign`, `theme.notOfCampaign`
 */
export async function checkReferences(
  { areas, campaigns, organisations }: Pick<Repositories, 'areas' | 'campaigns' | 'organisations'>,
  { areaId, campaignId, themeId, organisationId }: Bulletin,
): Promise<void> {
  referred(await areas.get(areaId), 'area', 'areaId', areaId);
  if (organisationId !== null) {
    referred(await organisations.get(organisationId), 'organisation', 'organisationId', organisationId);
  }
  if (campaignId === null) {
    if (themeId === null) return;
    throw new Fault('invalid', 'theme.withoutCampaign', `The theme ${themeId} is given without its campaign.`, [
      { field: 'campaignId', message: 'must be the campaign that the theme belongs to; or leave themeId null' },
    ]);
  }
  const campaign = referred(await campaigns.get(campaignId), 'campaign', 'campaignId', campaignId);
  if (themeId === null || campaign.themes.some(({ id }) => id === themeId)) return;
  const choice = campaign.themes.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new Fault('invalid', 'theme.notOfCampaign', `The campaign "${campaign.name}" has no theme ${themeId}.`, [
    {
      field: 'themeId',
      message: choice === '' ? 'must be null: the campaign has no themes' : `must be one of ${choice}`,
    },
  ]);
}
