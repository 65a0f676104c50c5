import type { Organisation, OrganisationChange } from '../../../shared/contract/api/organisation.ts';
import { found, referred } from '../../domain/checks.ts';
import { merged } from '../../domain/merged.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/** @throws Fault `organisation.unknown`, `area.unknown` */
export async function changeOrganisation(
  parts: Pick<ServerParts, 'store' | 'clock'>,
  actor: Actor,
  organisationId: string,
  change: OrganisationChange,
): Promise<Organisation> {
  return await parts.store.transaction(async ({ areas, organisations, audit }) => {
    const old = found(await organisations.get(organisationId), 'organisation', organisationId);
    const next = merged(old, change);
    if (next.areaId !== null) referred(await areas.get(next.areaId), 'area', 'areaId', next.areaId);
    await organisations.update(next);
    await audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'organisation.change',
      subject: organisationId,
      detail: change,
    });
    return next;
  });
}
