import { createHash } from 'node:crypto';
import type { Clip, ClipAudio } from '../../../shared/contract/api/clip.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { takeApprovalStep } from '../../domain/approval.ts';
import { found } from '../../domain/checks.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { recordApprovalStep } from './recordApprovalStep.ts';

/**
 * Approves a submitted clip: from then on these very bytes, and no others, may be planned. The stored bytes are hashed
 * anew, so that nobody approves what a fault of the disk, or somebody on the machine, has put there.
 * @throws Fault `clip.unknown`, `clip.wrongState`, `clip.notReady`, `clip.altered`, `clip.replaced`
 */
export async function approveClip(
  parts: Pick<ServerParts, 'store' | 'clock' | 'events' | 'plans' | 'blobs'>,
  actor: Actor,
  clipId: string,
): Promise<Clip> {
  const heard = found(await parts.store.repositories.clips.get(clipId), 'clip', clipId);
  takeApprovalStep(heard, 'approve', null);
  // Before the transaction, which nothing slow may hold up.
  if (heard.audio !== null) await checkStoredBytes(parts.blobs, heard.audio);
  const approved = await recordApprovalStep(parts, actor, clipId, 'approve', null, (clip) => {
    if (clip.audio?.sha256 === heard.audio?.sha256) return;
    throw new Fault('conflict', 'clip.replaced', 'Another recording has just taken its place. Listen to it first.', [
      { field: 'id', message: 'must be a clip that stays as it is while it is approved' },
    ]);
  });
  await parts.plans.refresh('clip approved');
  return approved;
}

async function checkStoredBytes(blobs: BlobStore, audio: ClipAudio): Promise<void> {
  const hash = createHash('sha256');
  if (await blobs.has(audio.sha256)) {
    for await (const chunk of blobs.read(audio.sha256)) hash.update(chunk);
    if (hash.digest('hex') === audio.sha256) return;
  }
  throw new Fault(
    'conflict',
    'clip.altered',
    'The stored audio is not what was made of the recording. Return the clip and have it uploaded again; tell the administrator.',
    [{ field: 'id', message: 'must be a clip whose stored audio has the sha256 of its making' }],
  );
}
