import type { Clip } from '../../../shared/contract/api/clip.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { recordApprovalStep } from './recordApprovalStep.ts';

/**
 * Takes an approved clip off the air. When it resolves, new plans without it are signed and on their way to every box.
 * @throws Fault `clip.unknown`, `clip.wrongState`
 */
export async function withdrawClip(
  parts: Pick<ServerParts, 'store' | 'clock' | 'events' | 'plans'>,
  actor: Actor,
  clipId: string,
  reason: string,
): Promise<Clip> {
  const clip = await recordApprovalStep(parts, actor, clipId, 'withdraw', reason);
  await parts.plans.refresh('clip withdrawn');
  return clip;
}
