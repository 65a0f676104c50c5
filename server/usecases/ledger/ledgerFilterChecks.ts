import type { LedgerFilter } from '../../../shared/contract/api/ledger.ts';
import { referred, refuseFaults } from '../../domain/checks.ts';
import type { Repositories } from '../../ports/store.ts';

/**
 * Refuses a question that can only have an empty answer because it names something that does not exist.
 * @throws Fault `ledger.period`, `area.unknown`, `agent.unknown`, `campaign.unknown`, `theme.unknown`,
 * `organisation.unknown`
 */
export async function checkLedgerFilter(
  { areas, agents, campaigns, organisations }: Repositories,
  { from, to, area, village, agent, campaign, theme, organisation }: LedgerFilter,
): Promise<void> {
  if (from !== undefined && to !== undefined && from > to)
    refuseFaults('ledger.period', [{ field: 'to', message: `must not be before ${from}, the first day` }]);
  if (area !== undefined) referred(await areas.get(area), 'area', 'area', area);
  if (village !== undefined) referred(await areas.get(village), 'area', 'village', village);
  if (agent !== undefined) referred(await agents.get(agent), 'agent', 'agent', agent);
  if (campaign !== undefined) referred(await campaigns.get(campaign), 'campaign', 'campaign', campaign);
  if (organisation !== undefined)
    referred(await organisations.get(organisation), 'organisation', 'organisation', organisation);
  if (theme !== undefined) {
    const themes = (await campaigns.all()).flatMap((one) => one.themes);
    referred(
      themes.find(({ id }) => id === theme),
      'theme',
      'theme',
      theme,
    );
  }
}
