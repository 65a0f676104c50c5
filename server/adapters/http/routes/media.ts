import { z } from 'zod';
import { sha256 } from '../../../../shared/contract/primitives.ts';
import type { MediaHandler } from '../media.ts';
import { type Route, route } from '../route.ts';

/** The row for the document; requests are taken ahead of express and only come here if that ever changes. */
export function mediaRoutes(handler: MediaHandler): Route[] {
  return [
    route({
      method: 'get',
      path: '/media/{sha256}',
      access: 'public',
      tag: 'media',
      summary: 'The audio of a clip',
      description:
        'HEAD, Range, If-Range and If-None-Match are understood; `.opus` may follow the hash. It never changes.',
      params: z.object({ sha256 }),
      raw: { response: 'audio/ogg' },
      status: 200,
      handle: async ({ request, response }) => handler(request, response),
    }),
  ];
}
