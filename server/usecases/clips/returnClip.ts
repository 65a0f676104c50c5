import type { Clip } from '../../../shared/contract/api/clip.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { recordApprovalStep } from './recordApprovalStep.ts';

/** Gives a submitted clip back to its editor, with the reason. @throws Fault `clip.unknown`, `clip.wrongState` */
export async function returnClip(
  parts: Pick<ServerParts, 'store' | 'clock' | 'events'>,
  actor: Actor,
  clipId: string,
  reason: string,
): Promise<Clip> {
  return await recordApprovalStep(parts, actor, clipId, 'return', reason);
}
