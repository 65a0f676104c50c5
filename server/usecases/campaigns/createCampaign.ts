import type { Campaign, NewCampaign } from '../../../shared/contract/api/campaign.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { checkThemeNames } from '../../domain/themes.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { checkPeriod, checkTargets } from './campaignChecks.ts';

/** @throws Fault `campaign.period`, `campaign.themeTwice`, `campaign.namedTwice`, `area.unknown`, `organisation.unknown` */
export async function createCampaign(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random'>,
  actor: Actor,
  input: NewCampaign,
): Promise<Campaign> {
  checkPeriod(input);
  checkThemeNames(input.themes, (index) => `themes[${index}]`);
  const campaign: Campaign = {
    id: makeId('campaign', parts.random.bytes(10)),
    ...input,
    themes: input.themes.map((name) => ({ id: makeId('theme', parts.random.bytes(10)), name })),
  };
  await parts.store.transaction(async (repositories) => {
    await checkTargets(repositories, campaign);
    await repositories.campaigns.insert(campaign);
    const { name, from, to } = campaign;
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'campaign.create',
      subject: campaign.id,
      detail: { name, from, to },
    });
  });
  return campaign;
}
