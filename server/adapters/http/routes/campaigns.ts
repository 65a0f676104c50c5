import { z } from 'zod';
import { campaign, campaignChange, newCampaign } from '../../../../shared/contract/api/campaign.ts';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { changeCampaign } from '../../../usecases/campaigns/changeCampaign.ts';
import { createCampaign } from '../../../usecases/campaigns/createCampaign.ts';
import { getCampaign, listCampaigns } from '../../../usecases/campaigns/listCampaigns.ts';
import { type Route, route } from '../route.ts';

export function campaignRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'plans'>): Route[] {
  const tag = 'campaigns';
  const params = z.object({ id });
  return [
    route({
      method: 'get',
      path: '/campaigns',
      access: 'viewer',
      tag,
      summary: 'List campaigns',
      query: pageQuery,
      answer: pageOf(campaign),
      handle: ({ query }) => listCampaigns(parts, query),
    }),
    route({
      method: 'post',
      path: '/campaigns',
      access: 'editor',
      tag,
      summary: 'Add a campaign',
      body: newCampaign,
      answer: campaign,
      status: 201,
      handle: ({ actor, body }) => createCampaign(parts, actor, body),
    }),
    route({
      method: 'get',
      path: '/campaigns/{id}',
      access: 'viewer',
      tag,
      summary: 'One campaign',
      params,
      answer: campaign,
      handle: ({ params }) => getCampaign(parts, params.id),
    }),
    route({
      method: 'patch',
      path: '/campaigns/{id}',
      access: 'editor',
      tag,
      summary: 'Change a campaign',
      description:
        '`themes` are all of them: with its id a theme is kept or renamed, without it is new, and a missing one goes.',
      params,
      body: campaignChange,
      answer: campaign,
      handle: ({ actor, params, body }) => changeCampaign(parts, actor, params.id, body),
    }),
  ];
}
