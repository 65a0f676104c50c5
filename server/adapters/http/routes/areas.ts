import { z } from 'zod';
import { area, areaChange, areaMove, areaQuery, newArea } from '../../../../shared/contract/api/area.ts';
import { pageOf } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { changeArea } from '../../../usecases/areas/changeArea.ts';
import { createArea } from '../../../usecases/areas/createArea.ts';
import { getArea, listAreas } from '../../../usecases/areas/listAreas.ts';
import { moveArea } from '../../../usecases/areas/moveArea.ts';
import { type Route, route } from '../route.ts';

export function areaRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'settings' | 'plans'>): Route[] {
  const tag = 'areas';
  const params = z.object({ id });
  return [
    route({
      method: 'get',
      path: '/areas',
      access: 'viewer',
      tag,
      summary: 'List areas',
      description: 'All, or one level of the tree by `parent`.',
      query: areaQuery,
      answer: pageOf(area),
      handle: ({ query }) => listAreas(parts, query),
    }),
    route({
      method: 'post',
      path: '/areas',
      access: 'administrator',
      tag,
      summary: 'Add an area',
      description:
        'Areas of the kind `village` have boxes; all other kinds are free words, and the tree has any depth.',
      body: newArea,
      answer: area,
      status: 201,
      handle: ({ actor, body }) => createArea(parts, actor, body),
    }),
    route({
      method: 'get',
      path: '/areas/{id}',
      access: 'viewer',
      tag,
      summary: 'One area',
      params,
      answer: area,
      handle: ({ params }) => getArea(parts, params.id),
    }),
    route({
      method: 'patch',
      path: '/areas/{id}',
      access: 'administrator',
      tag,
      summary: 'Rename or change an area',
      description: 'The old name is kept among the former ones.',
      params,
      body: areaChange,
      answer: area,
      handle: ({ actor, params, body }) => changeArea(parts, actor, params.id, body),
    }),
    route({
      method: 'post',
      path: '/areas/{id}/move',
      access: 'administrator',
      tag,
      summary: 'Put an area under another parent',
      description: 'With all below it. The old parent is kept among the former ones.',
      params,
      body: areaMove,
      answer: area,
      handle: ({ actor, params, body }) => moveArea(parts, actor, params.id, body),
    }),
  ];
}
