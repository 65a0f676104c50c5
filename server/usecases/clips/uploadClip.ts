import type { Bulletin } from '../../../shared/contract/api/bulletin.ts';
import type { Clip, ClipUpload } from '../../../shared/contract/api/clip.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { isReplaceable } from '../../domain/approval.ts';
import { found } from '../../domain/checks.ts';
import { AudioFault } from '../../ports/audio.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';
import type { Actor } from '../../ports/system.ts';

type Parts = Pick<ServerParts, 'store' | 'blobs' | 'audio' | 'clock' | 'random' | 'processor' | 'events'>;

/** A file as it was received: not yet kept. */
export interface ReceivedFile {
  /** To show; made harmless by `uploadName`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Takes a recording of a bulletin in one language. What its content shows at once is refused at once; the clip is then
 * worked on beside the request. A clip of that language that nobody has submitted gives way to the new one and keeps its
 * id. The file belongs to this function: it is kept, or gone, when it settles.
 * @throws Fault `bulletin.unknown`, `clip.submitted`, `clip.approved`, `audio.*` (see `AudioFault`)
 */
export async function uploadClip(
  parts: Parts,
  actor: Actor,
  bulletinId: string,
  { language, voice }: ClipUpload,
  file: ReceivedFile,
): Promise<Clip> {
  try {
    await checkPlace(parts.store.repositories, bulletinId, language);
    await probe(parts, file);
    const { sha256, bytes } = await parts.blobs.adopt(file.path);
    const clip = await parts.store.transaction(async (repositories) => {
      // Looked at again: another upload, or a submission, may have come in between.
      const { bulletin, old } = await checkPlace(repositories, bulletinId, language);
      const clip: Clip = {
        id: old?.id ?? makeId('clip', parts.random.bytes(10)),
        bulletinId: bulletin.id,
        language,
        voice,
        state: 'draft',
        processing: { state: 'queued' },
        original: { sha256, bytes, name: file.name },
        audio: null,
        approvedSha256: null,
        reason: null,
        uploadedAt: parts.clock.now(),
      };
      if (old) await repositories.clips.update(clip);
      else await repositories.clips.insert(clip);
      const detail = { bulletinId, language, sha256, name: file.name, replaced: old?.original.sha256 ?? null };
      const at = clip.uploadedAt;
      await repositories.audit.add({ at, actor: actor.id, action: 'clip.upload', subject: clip.id, detail });
      return clip;
    });
    parts.processor.enqueue(clip.id);
    parts.events.emit({ kind: 'clip', clipId: clip.id });
    return clip;
  } finally {
    await parts.blobs.discard(file.path);
  }
}

/** The bulletin, and the clip that the new one would replace. */
async function checkPlace(
  { bulletins, clips }: Repositories,
  bulletinId: string,
  language: string,
): Promise<{ bulletin: Bulletin; old: Clip | undefined }> {
  const bulletin = found(await bulletins.get(bulletinId), 'bulletin', bulletinId);
  const old = (await clips.ofBulletin(bulletinId)).find((clip) => clip.language === language);
  if (old === undefined || isReplaceable(old)) return { bulletin, old };
  const remedy = old.state === 'approved' ? 'withdraw it' : 'have the approver return it';
  throw new Fault(
    'conflict',
    `clip.${old.state}`,
    `"${bulletin.title}" has a clip in ${language} that is ${old.state}; ${remedy} before uploading another.`,
    [{ field: 'language', message: `must be one whose clip is neither submitted nor approved; or ${remedy} first` }],
  );
}

async function probe({ audio }: Pick<Parts, 'audio'>, file: ReceivedFile): Promise<void> {
  try {
    await audio.probe(file.path);
  } catch (error) {
    if (!(error instanceof AudioFault)) throw error;
    const kind = error.code === 'failed' ? 'unavailable' : 'invalid';
    throw new Fault(kind, `audio.${error.code}`, `${file.name}: ${error.message}`, [
      { field: 'file', message: error.message },
    ]);
  }
}
