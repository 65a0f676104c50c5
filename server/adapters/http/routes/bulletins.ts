import { z } from 'zod';
import { bulletin, bulletinChange, newBulletin } from '../../../../shared/contract/api/bulletin.ts';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { changeBulletin } from '../../../usecases/bulletins/changeBulletin.ts';
import { createBulletin } from '../../../usecases/bulletins/createBulletin.ts';
import { getBulletin, listBulletins } from '../../../usecases/bulletins/listBulletins.ts';
import { type Route, route } from '../route.ts';

export function bulletinRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'plans'>): Route[] {
  const tag = 'bulletins';
  const params = z.object({ id });
  return [
    route({
      method: 'get',
      path: '/bulletins',
      access: 'viewer',
      tag,
      summary: 'List bulletins',
      query: pageQuery,
      answer: pageOf(bulletin),
      handle: ({ query }) => listBulletins(parts, query),
    }),
    route({
      method: 'post',
      path: '/bulletins',
      access: 'editor',
      tag,
      summary: 'Add a bulletin',
      body: newBulletin,
      answer: bulletin,
      status: 201,
      handle: ({ actor, body }) => createBulletin(parts, actor, body),
    }),
    route({
      method: 'get',
      path: '/bulletins/{id}',
      access: 'viewer',
      tag,
      summary: 'One bulletin',
      params,
      answer: bulletin,
      handle: ({ params }) => getBulletin(parts, params.id),
    }),
    route({
      method: 'patch',
      path: '/bulletins/{id}',
      access: 'editor',
      tag,
      summary: 'Change a bulletin',
      params,
      body: bulletinChange,
      answer: bulletin,
      handle: ({ actor, params, body }) => changeBulletin(parts, actor, params.id, body),
    }),
  ];
}
