import type { Campaign } from '../../../shared/contract/api/campaign.ts';
import type { PageQuery } from '../../../shared/contract/api/paging.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, pageRows } from '../paging.ts';

export async function listCampaigns(parts: Pick<ServerParts, 'store'>, page: PageQuery): Promise<Listed<Campaign>> {
  return await pageRows(parts.store.repositories.campaigns, page);
}

/** @throws Fault `campaign.unknown` */
export async function getCampaign(parts: Pick<ServerParts, 'store'>, id: string): Promise<Campaign> {
  return found(await parts.store.repositories.campaigns.get(id), 'campaign', id);
}
