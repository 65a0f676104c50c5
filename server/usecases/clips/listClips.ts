import type { Approval, Clip } from '../../../shared/contract/api/clip.ts';
import type { PageQuery } from '../../../shared/contract/api/paging.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, slicePage } from '../paging.ts';

/** The clips of a bulletin, one a language. @throws Fault `bulletin.unknown` */
export async function listClips(
  { store }: Pick<ServerParts, 'store'>,
  bulletinId: string,
  page: PageQuery,
): Promise<Listed<Clip>> {
  const { bulletins, clips } = store.repositories;
  found(await bulletins.get(bulletinId), 'bulletin', bulletinId);
  return slicePage(await clips.ofBulletin(bulletinId), page);
}

/** @throws Fault `clip.unknown` */
export async function getClip({ store }: Pick<ServerParts, 'store'>, clipId: string): Promise<Clip> {
  return found(await store.repositories.clips.get(clipId), 'clip', clipId);
}

/** The steps of a clip's approval, oldest first. @throws Fault `clip.unknown` */
export async function listApprovals({ store }: Pick<ServerParts, 'store'>, clipId: string): Promise<Approval[]> {
  const { clips } = store.repositories;
  found(await clips.get(clipId), 'clip', clipId);
  return await clips.approvals(clipId);
}

/** The waveform of a finished clip. @throws Fault `clip.unknown`, `clip.notReady` */
export async function getPeaks(
  { store }: Pick<ServerParts, 'store'>,
  clipId: string,
): Promise<{ peaksPerSecond: number; peaks: number[] }> {
  const { clips } = store.repositories;
  const { processing } = found(await clips.get(clipId), 'clip', clipId);
  // Of a clip that was replaced, those of the old recording are still there until the new one is done.
  const stored = processing.state === 'ready' ? await clips.peaks(clipId) : null;
  if (stored !== null) return { peaksPerSecond: stored.peaksPerSecond, peaks: [...stored.peaks] };
  throw new Fault('conflict', 'clip.notReady', `The clip has no waveform: its processing is ${processing.state}.`, [
    { field: 'id', message: 'must be a clip whose processing is ready' },
  ]);
}
