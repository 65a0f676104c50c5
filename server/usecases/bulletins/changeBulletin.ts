import type { Bulletin, BulletinChange } from '../../../shared/contract/api/bulletin.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { found } from '../../domain/checks.ts';
import { merged } from '../../domain/merged.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { checkReferences } from './bulletinChecks.ts';

/**
 * @throws Fault `bulletin.unknown`, `bulletin.hasRules`, `area.unknown`, `campaign.unknown`, `organisation.unknown`,
 * `theme.withoutCampaign`, `theme.notOfCampaign`
 */
export async function changeBulletin(
  parts: Pick<ServerParts, 'store' | 'clock' | 'plans'>,
  actor: Actor,
  bulletinId: string,
  change: BulletinChange,
): Promise<Bulletin> {
  const changed = await parts.store.transaction(async (repositories) => {
    const old = found(await repositories.bulletins.get(bulletinId), 'bulletin', bulletinId);
    const next = merged(old, change);
    await checkReferences(repositories, next);
    // Emergencies interrupt, they are not planned: a rule would have them sound at five every morning.
    if (next.class === 'emergency' && old.class !== 'emergency') {
      const rules = await repositories.scheduleRules.ofBulletin(bulletinId);
      if (rules.length > 0) {
        throw new Fault('conflict', 'bulletin.hasRules', `"${old.title}" has ${rules.length} schedule rule(s).`, [
          { field: 'class', message: 'can become emergency once its schedule rules are removed' },
        ]);
      }
    }
    await repositories.bulletins.update(next);
    // The text may be long, and the row has it.
    const detail = change.text === undefined ? change : { ...change, text: `${change.text.length} characters` };
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'bulletin.change',
      subject: bulletinId,
      detail,
    });
    return next;
  });
  await parts.plans.refresh('bulletin changed');
  return changed;
}
