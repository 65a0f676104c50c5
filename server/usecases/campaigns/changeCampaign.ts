import type { Campaign, CampaignChange } from '../../../shared/contract/api/campaign.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { found } from '../../domain/checks.ts';
import { merged } from '../../domain/merged.ts';
import { changedThemes } from '../../domain/themes.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';
import type { Actor } from '../../ports/system.ts';
import { checkPeriod, checkTargets } from './campaignChecks.ts';

/**
 * Changes a campaign. Its themes are given all together: one that is missing is removed.
 * @throws Fault `campaign.unknown`, `campaign.period`, `campaign.themeTwice`, `campaign.themeInUse`, `theme.unknown`,
 * `campaign.namedTwice`, `area.unknown`, `organisation.unknown`
 */
export async function changeCampaign(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'plans'>,
  actor: Actor,
  campaignId: string,
  { themes, ...change }: CampaignChange,
): Promise<Campaign> {
  const changed = await parts.store.transaction(async (repositories) => {
    const old = found(await repositories.campaigns.get(campaignId), 'campaign', campaignId);
    const newId = () => makeId('theme', parts.random.bytes(10));
    const next = { ...merged(old, change), themes: themes ? changedThemes(old.themes, themes, newId) : old.themes };
    checkPeriod(next);
    await checkTargets(repositories, next);
    await checkRemovedThemes(repositories, old, next);
    await repositories.campaigns.update(next);
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'campaign.change',
      subject: campaignId,
      detail: themes ? { ...change, themes } : change,
    });
    return next;
  });
  await parts.plans.refresh('campaign changed');
  return changed;
}

/** A theme that bulletins name is counted by in reports: it may get another name, but not go. */
async function checkRemovedThemes({ bulletins }: Repositories, old: Campaign, next: Campaign): Promise<void> {
  const removed = old.themes.filter(({ id }) => !next.themes.some((theme) => theme.id === id));
  if (removed.length === 0) return;
  const named = await bulletins.all();
  for (const theme of removed) {
    const users = named.filter(({ themeId }) => themeId === theme.id);
    const first = users[0];
    if (!first) continue;
    const more = users.length > 1 ? ` and ${users.length - 1} more` : '';
    throw new Fault(
      'conflict',
      'campaign.themeInUse',
      `The theme "${theme.name}" is in use by the bulletin "${first.title}"${more}.`,
      [{ field: 'themes', message: `must keep ${theme.id}, or give those bulletins another theme first` }],
    );
  }
}
