import { z } from 'zod';
import { effectiveWindowPolicy, windowPolicy } from '../../../../shared/contract/api/windowPolicy.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { getEffectiveWindowPolicy } from '../../../usecases/windowPolicies/getEffectiveWindowPolicy.ts';
import { putWindowPolicy } from '../../../usecases/windowPolicies/putWindowPolicy.ts';
import { removeWindowPolicy } from '../../../usecases/windowPolicies/removeWindowPolicy.ts';
import { type Route, route } from '../route.ts';

export function windowPolicyRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'settings' | 'plans'>): Route[] {
  const tag = 'window policies';
  const path = '/areas/{id}/window-policy';
  const params = z.object({ id });
  return [
    route({
      method: 'get',
      path,
      access: 'viewer',
      tag,
      summary: 'The broadcast windows and volume that hold in an area',
      description: 'Its own, or those of the nearest area above that has some (`setBy`). None at all: silence.',
      params,
      answer: effectiveWindowPolicy,
      handle: ({ params }) => getEffectiveWindowPolicy(parts, params.id),
    }),
    route({
      method: 'put',
      path,
      access: 'administrator',
      tag,
      summary: 'Set the windows and volume of an area',
      params,
      body: windowPolicy,
      answer: effectiveWindowPolicy,
      handle: ({ actor, params, body }) => putWindowPolicy(parts, actor, params.id, body),
    }),
    route({
      method: 'delete',
      path,
      access: 'administrator',
      tag,
      summary: "Remove an area's own windows and volume",
      description: 'From then on those of the area above hold.',
      params,
      handle: ({ actor, params }) => removeWindowPolicy(parts, actor, params.id),
    }),
  ];
}
