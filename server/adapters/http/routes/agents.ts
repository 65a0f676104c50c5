import { z } from 'zod';
import {
  agentView,
  commandTicket,
  createdAgent,
  enrolmentCode,
  newAgent,
  newCommand,
} from '../../../../shared/contract/api/agent.ts';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { commandAgent } from '../../../usecases/agents/commandAgent.ts';
import { createAgent } from '../../../usecases/agents/createAgent.ts';
import { getAgent, listAgents } from '../../../usecases/agents/listAgents.ts';
import { renewEnrolmentCode } from '../../../usecases/agents/renewEnrolmentCode.ts';
import { revokeAgent } from '../../../usecases/agents/revokeAgent.ts';
import { type Route, route } from '../route.ts';

const params = z.object({ id });
const tag = 'agents';

export function agentRoutes(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'secrets' | 'signer' | 'bus' | 'settings' | 'plans' | 'log'>,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/agents',
      access: 'viewer',
      tag,
      summary: 'List boxes with what they last said of themselves',
      query: z.object({ ...pageQuery.shape, village: id.optional() }),
      answer: pageOf(agentView),
      handle: ({ query }) => listAgents(parts, query),
    }),
    route({
      method: 'get',
      path: '/agents/{id}',
      access: 'viewer',
      tag,
      summary: 'One box',
      params,
      answer: agentView,
      handle: (context) => getAgent(parts, context.params.id),
    }),
    route({
      method: 'post',
      path: '/agents',
      access: 'administrator',
      tag,
      summary: 'Add a box to a village; the answer has its enrolment code',
      description: 'The code is shown this once.',
      body: newAgent,
      answer: createdAgent,
      status: 201,
      handle: ({ actor, body }) => createAgent(parts, actor, body),
    }),
    route({
      method: 'post',
      path: '/agents/{id}/enrolment-code',
      access: 'administrator',
      tag,
      summary: 'Make a new enrolment code',
      description: 'The old code is void at once. A box that has enrolled goes on until the new code is used.',
      params,
      answer: enrolmentCode,
      status: 201,
      handle: ({ actor, params }) => renewEnrolmentCode(parts, actor, params.id),
    }),
    route({
      method: 'delete',
      path: '/agents/{id}',
      access: 'administrator',
      tag,
      summary: 'Revoke a box: it falls silent and may not connect any more',
      params,
      handle: ({ actor, params }) => revokeAgent(parts, actor, params.id),
    }),
    route({
      method: 'post',
      path: '/agents/{id}/commands',
      access: 'administrator',
      tag,
      summary: 'Ask one thing of a box',
      description: 'It is done within the hour or not at all. Its result appears in the audit log.',
      params,
      body: newCommand,
      answer: commandTicket,
      status: 202,
      handle: ({ actor, params, body }) => commandAgent(parts, actor, params.id, body.ask),
    }),
  ];
}
