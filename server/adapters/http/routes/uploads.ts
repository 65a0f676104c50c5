import { z } from 'zod';
import { clip } from '../../../../shared/contract/api/clip.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { type Route, route } from '../route.ts';

export function uploadRoutes(parts: Pick<ServerParts, 'store'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/uploads',
      access: 'viewer',
      tag: 'clips',
      summary: 'Recordings that wait to be processed or are in work',
      answer: z.object({ items: z.array(clip) }),
      handle: async () => ({ items: await parts.store.repositories.clips.unfinished() }),
    }),
  ];
}
