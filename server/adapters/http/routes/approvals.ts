import { z } from 'zod';
import { clip, clipReason } from '../../../../shared/contract/api/clip.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { approveClip } from '../../../usecases/clips/approveClip.ts';
import { returnClip } from '../../../usecases/clips/returnClip.ts';
import { submitClip } from '../../../usecases/clips/submitClip.ts';
import { withdrawClip } from '../../../usecases/clips/withdrawClip.ts';
import { type Route, route } from '../route.ts';

/** The steps of a recording's approval. */
export function approvalRoutes(parts: Pick<ServerParts, 'store' | 'clock' | 'events' | 'plans' | 'blobs'>): Route[] {
  const tag = 'approval';
  const params = z.object({ id });
  return [
    route({
      method: 'post',
      path: '/clips/{id}/submit',
      access: 'editor',
      tag,
      summary: 'Put a recording before the approver',
      params,
      answer: clip,
      handle: ({ actor, params }) => submitClip(parts, actor, params.id),
    }),
    route({
      method: 'post',
      path: '/clips/{id}/approve',
      access: 'approver',
      tag,
      summary: 'Approve a recording',
      description: 'From then on these very bytes may be planned.',
      params,
      answer: clip,
      handle: ({ actor, params }) => approveClip(parts, actor, params.id),
    }),
    route({
      method: 'post',
      path: '/clips/{id}/return',
      access: 'approver',
      tag,
      summary: 'Give a recording back, with the reason',
      params,
      body: clipReason,
      answer: clip,
      handle: ({ actor, params, body }) => returnClip(parts, actor, params.id, body.reason),
    }),
    route({
      method: 'post',
      path: '/clips/{id}/withdraw',
      access: 'approver',
      tag,
      summary: 'Take an approved recording off the air',
      description: 'When the answer comes, new plans without it are on their way to every box.',
      params,
      body: clipReason,
      answer: clip,
      handle: ({ actor, params, body }) => withdrawClip(parts, actor, params.id, body.reason),
    }),
  ];
}
