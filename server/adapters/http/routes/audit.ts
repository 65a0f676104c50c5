import { z } from 'zod';
import { auditEntry } from '../../../../shared/contract/api/audit.ts';
import { pageOf } from '../../../../shared/contract/api/paging.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { type Route, route } from '../route.ts';

const auditQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.coerce.number().int().min(1).optional().describe('`next` of the page before'),
});

export function auditRoutes(parts: Pick<ServerParts, 'store'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/audit',
      access: 'administrator',
      tag: 'audit',
      summary: 'Who did what, newest first',
      query: auditQuery,
      answer: pageOf(auditEntry),
      handle: async ({ query }) => {
        const items = await parts.store.repositories.audit.page(query.limit, query.after);
        const last = items.at(-1);
        return { items, next: last === undefined || items.length < query.limit ? null : String(last.n) };
      },
    }),
  ];
}
