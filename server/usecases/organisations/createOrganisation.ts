import type { NewOrganisation, Organisation } from '../../../shared/contract/api/organisation.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { referred } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/** Adds a body that supplies content. @throws Fault `area.unknown` */
export async function createOrganisation(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random'>,
  actor: Actor,
  input: NewOrganisation,
): Promise<Organisation> {
  const organisation: Organisation = { id: makeId('organisation', parts.random.bytes(10)), ...input };
  await parts.store.transaction(async ({ areas, organisations, audit }) => {
    const { areaId } = organisation;
    if (areaId !== null) referred(await areas.get(areaId), 'area', 'areaId', areaId);
    await organisations.insert(organisation);
    await audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'organisation.create',
      subject: organisation.id,
      detail: { name: organisation.name },
    });
  });
  return organisation;
}
