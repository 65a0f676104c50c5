import type { Bulletin, NewBulletin } from '../../../shared/contract/api/bulletin.ts';
import { makeId } from '../../../shared/core/ids.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { checkReferences } from './bulletinChecks.ts';

/** @throws Fault `area.unknown`, `campaign.unknown`, `organisation.unknown`, `theme.withoutCampaign`, `theme.notOfCampaign` */
export async function createBulletin(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random'>,
  actor: Actor,
  input: NewBulletin,
): Promise<Bulletin> {
  const bulletin: Bulletin = { id: makeId('bulletin', parts.random.bytes(10)), ...input };
  await parts.store.transaction(async (repositories) => {
    await checkReferences(repositories, bulletin);
    await repositories.bulletins.insert(bulletin);
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'bulletin.create',
      subject: bulletin.id,
      detail: { title: bulletin.title, class: bulletin.class },
    });
  });
  return bulletin;
}
