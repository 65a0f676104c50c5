import { z } from 'zod';
import { newOrganisation, organisation, organisationChange } from '../../../../shared/contract/api/organisation.ts';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { changeOrganisation } from '../../../usecases/organisations/changeOrganisation.ts';
import { createOrganisation } from '../../../usecases/organisations/createOrganisation.ts';
import { getOrganisation, listOrganisations } from '../../../usecases/organisations/listOrganisations.ts';
import { type Route, route } from '../route.ts';

export function organisationRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'random'>): Route[] {
  const tag = 'organisations';
  const params = z.object({ id });
  return [
    route({
      method: 'get',
      path: '/organisations',
      access: 'viewer',
      tag,
      summary: 'List organisations',
      query: pageQuery,
      answer: pageOf(organisation),
      handle: ({ query }) => listOrganisations(parts, query),
    }),
    route({
      method: 'post',
      path: '/organisations',
      access: 'editor',
      tag,
      summary: 'Add an organisation',
      body: newOrganisation,
      answer: organisation,
      status: 201,
      handle: ({ actor, body }) => createOrganisation(parts, actor, body),
    }),
    route({
      method: 'get',
      path: '/organisations/{id}',
      access: 'viewer',
      tag,
      summary: 'One organisation',
      params,
      answer: organisation,
      handle: ({ params }) => getOrganisation(parts, params.id),
    }),
    route({
      method: 'patch',
      path: '/organisations/{id}',
      access: 'editor',
      tag,
      summary: 'Change an organisation',
      params,
      body: organisationChange,
      answer: organisation,
      handle: ({ actor, params, body }) => changeOrganisation(parts, actor, params.id, body),
    }),
  ];
}
