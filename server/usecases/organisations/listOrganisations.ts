import type { Organisation } from '../../../shared/contract/api/organisation.ts';
import type { PageQuery } from '../../../shared/contract/api/paging.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, pageRows } from '../paging.ts';

export async function listOrganisations(
  parts: Pick<ServerParts, 'store'>,
  page: PageQuery,
): Promise<Listed<Organisation>> {
  return await pageRows(parts.store.repositories.organisations, page);
}

/** @throws Fault `organisation.unknown` */
export async function getOrganisation(parts: Pick<ServerParts, 'store'>, id: string): Promise<Organisation> {
  return found(await parts.store.repositories.organisations.get(id), 'organisation', id);
}
