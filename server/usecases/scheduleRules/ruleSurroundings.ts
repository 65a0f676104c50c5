import { makeAreaTree } from '../../domain/areas.ts';
import { referred } from '../../domain/checks.ts';
import type { RuleSurroundings } from '../../domain/ruleChecks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';

/** Reads what a rule of this bulletin is checked against. @throws Fault `bulletin.unknown` */
export async function ruleSurroundings(
  { clock, settings }: Pick<ServerParts, 'clock' | 'settings'>,
  { bulletins, campaigns, clips, areas, windowPolicies }: Repositories,
  bulletinId: string,
): Promise<RuleSurroundings> {
  const bulletin = referred(await bulletins.get(bulletinId), 'bulletin', 'bulletinId', bulletinId);
  return {
    bulletin,
    campaign: bulletin.campaignId === null ? null : await campaigns.get(bulletin.campaignId),
    clips: await clips.ofBulletin(bulletinId),
    tree: makeAreaTree(await areas.all()),
    policies: new Map((await windowPolicies.all()).map(({ areaId, policy }) => [areaId, policy])),
    defaultZone: settings.zone,
    now: clock.now(),
  };
}
