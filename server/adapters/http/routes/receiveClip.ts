import type { Request } from 'express';
import { type Clip, clipUpload } from '../../../../shared/contract/api/clip.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import type { Actor } from '../../../ports/system.ts';
import { getBulletin } from '../../../usecases/bulletins/listBulletins.ts';
import { uploadClip } from '../../../usecases/clips/uploadClip.ts';
import { faultOfIssues } from '../problem.ts';
import { readUpload } from '../readUpload.ts';

/** Reads the form of an upload and hands its file on. */
export async function receiveClip(
  parts: Pick<ServerParts, 'store' | 'blobs' | 'audio' | 'clock' | 'random' | 'processor' | 'events' | 'settings'>,
  actor: Actor,
  bulletinId: string,
  request: Request,
): Promise<Clip> {
  // Before minutes of sending, not after.
  await getBulletin(parts, bulletinId);
  const { fields, file } = await readUpload(request, parts.blobs, parts.settings.maxUploadBytes);
  const parsed = clipUpload.strict().safeParse(fields);
  if (!parsed.success) {
    await parts.blobs.discard(file.path);
    throw faultOfIssues(parsed.error.issues, 'form');
  }
  return await uploadClip(parts, actor, bulletinId, parsed.data, file);
}
