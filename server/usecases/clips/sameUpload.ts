import type { Clip } from '../../../shared/contract/api/clip.ts';
import type { Repositories } from '../../ports/store.ts';
import type { ProcessingParts } from './clipParts.ts';

/**
 * Changes a clip that is being worked on, unless another upload has taken its place since: what was made of the old
 * recording must never stand under the new one.
 * @param clip as it was when the work began
 * @param change is given the clip as it now is
 */
export async function changeUpload(
  { store, events }: Pick<ProcessingParts, 'store' | 'events'>,
  clip: Clip,
  change: (now: Clip, repositories: Repositories) => Promise<void>,
): Promise<void> {
  const changed = await store.transaction(async (repositories) => {
    const now = await repositories.clips.get(clip.id);
    if (now === null || now.uploadedAt !== clip.uploadedAt || now.original.sha256 !== clip.original.sha256)
      return false;
    await change(now, repositories);
    return true;
  });
  if (changed) events.emit({ kind: 'clip', clipId: clip.id });
}
