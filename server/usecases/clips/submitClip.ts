import type { Clip } from '../../../shared/contract/api/clip.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { recordApprovalStep } from './recordApprovalStep.ts';

/** Puts a finished clip before the approver. @throws Fault `clip.unknown`, `clip.wrongState`, `clip.notReady` */
export async function submitClip(
  parts: Pick<ServerParts, 'store' | 'clock' | 'events'>,
  actor: Actor,
  clipId: string,
): Promise<Clip> {
  return await recordApprovalStep(parts, actor, clipId, 'submit', null);
}
