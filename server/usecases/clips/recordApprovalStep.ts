import type { Clip } from '../../../shared/contract/api/clip.ts';
import { type ApprovalAction, takeApprovalStep } from '../../domain/approval.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/**
 * Takes a clip one step further in its approval, with an entry in its history and in the audit log.
 * @param check a last look at the clip inside the transaction; refuses by throwing
 * @throws Fault `clip.unknown`, `clip.wrongState`, `clip.notReady`
 */
export async function recordApprovalStep(
  { store, clock, events }: Pick<ServerParts, 'store' | 'clock' | 'events'>,
  actor: Actor,
  clipId: string,
  action: ApprovalAction,
  reason: string | null,
  check: (clip: Clip) => void = () => undefined,
): Promise<Clip> {
  const next = await store.transaction(async ({ clips, audit }) => {
    const clip = found(await clips.get(clipId), 'clip', clipId);
    const next = takeApprovalStep(clip, action, reason);
    check(clip);
    await clips.update(next);
    const at = clock.now();
    const sha256 = clip.audio?.sha256 ?? null;
    await clips.addApproval({ clipId, action, by: actor.id, at, reason, sha256 });
    const detail = { sha256, reason };
    await audit.add({ at, actor: actor.id, action: `clip.${action}`, subject: clipId, detail });
    return next;
  });
  events.emit({ kind: 'clip', clipId });
  return next;
}
