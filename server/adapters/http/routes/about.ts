import { about } from '../../../../shared/contract/api/about.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { type Route, route } from '../route.ts';

export function aboutRoutes(parts: Pick<ServerParts, 'clock' | 'settings'>, version: string): Route[] {
  return [
    route({
      method: 'get',
      path: '/about',
      access: 'viewer',
      tag: 'about',
      summary: 'Version, time zone and clock of the server',
      answer: about,
      handle: async () => ({ version, zone: parts.settings.zone, now: parts.clock.now() }),
    }),
  ];
}
