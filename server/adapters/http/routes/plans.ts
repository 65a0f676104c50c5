import { z } from 'zod';
import { villagePlan } from '../../../../shared/contract/api/plan.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { viewVillagePlan } from '../../../usecases/plans/viewVillagePlan.ts';
import { type Route, route } from '../route.ts';

export function planRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'settings'>): Route[] {
  return [
    route({
      method: 'get',
      path: '/villages/{id}/plan',
      access: 'viewer',
      tag: 'plans',
      summary: "A village's coming days, and what was left out and why",
      params: z.object({ id }),
      answer: villagePlan,
      handle: ({ params }) => viewVillagePlan(parts, params.id),
    }),
  ];
}
