import { z } from 'zod';
import { approval, clip, clipPeaks } from '../../../../shared/contract/api/clip.ts';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { getClip, getPeaks, listApprovals, listClips } from '../../../usecases/clips/listClips.ts';
import { type Route, route } from '../route.ts';
import { receiveClip } from './receiveClip.ts';

/** Recordings: sending them and looking at them. Deciding about them: `approvalRoutes`. */
export function clipRoutes(
  parts: Pick<ServerParts, 'store' | 'blobs' | 'audio' | 'clock' | 'random' | 'processor' | 'events' | 'settings'>,
): Route[] {
  const tag = 'clips';
  const params = z.object({ id });
  return [
    route({
      method: 'post',
      path: '/bulletins/{id}/clips',
      access: 'editor',
      tag,
      summary: 'Upload a recording',
      description:
        'A form with the fields `file` (MP3, WAV, M4A, OGG, FLAC, ...), `language` (such as vi) and, if wanted, `voice`. ' +
        'The answer comes as soon as the file is there; `processing` of the clip tells how the work on it goes. It takes ' +
        "the place of the bulletin's clip in that language, unless that is submitted or approved.",
      params,
      answer: clip,
      status: 202,
      raw: { request: 'multipart/form-data' },
      handle: ({ actor, params, request }) => receiveClip(parts, actor, params.id, request),
    }),
    route({
      method: 'get',
      path: '/bulletins/{id}/clips',
      access: 'viewer',
      tag,
      summary: 'The recordings of a bulletin, one a language',
      params,
      query: pageQuery,
      answer: pageOf(clip),
      handle: ({ params, query }) => listClips(parts, params.id, query),
    }),
    route({
      method: 'get',
      path: '/clips/{id}',
      access: 'viewer',
      tag,
      summary: 'One recording',
      description: 'Its sound is at /api/v1/media/ and the sha256 of its audio.',
      params,
      answer: clip,
      handle: ({ params }) => getClip(parts, params.id),
    }),
    route({
      method: 'get',
      path: '/clips/{id}/peaks',
      access: 'viewer',
      tag,
      summary: 'Its waveform, to draw',
      params,
      answer: clipPeaks,
      handle: ({ params }) => getPeaks(parts, params.id),
    }),
    route({
      method: 'get',
      path: '/clips/{id}/approvals',
      access: 'viewer',
      tag,
      summary: 'What was decided about it, oldest first',
      params,
      answer: z.object({ items: z.array(approval) }),
      handle: async ({ params }) => ({ items: await listApprovals(parts, params.id) }),
    }),
  ];
}
