import { enrolment, enrolmentRequest } from '../../../../shared/contract/api/agent.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { enrolAgent } from '../../../usecases/agents/enrolAgent.ts';
import { type Route, route } from '../route.ts';

export function enrolmentRoutes(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'secrets' | 'signer' | 'settings' | 'plans'>,
): Route[] {
  return [
    route({
      method: 'post',
      path: '/enrolments',
      access: 'public',
      tag: 'agents',
      summary: 'Enrol a box with its code',
      description: 'The box that used a code may ask again while the code is valid, and gets a fresh password.',
      body: enrolmentRequest,
      answer: enrolment,
      status: 201,
      handle: ({ body, request }) => {
        // The broker stands beside this server, so by the name that has led the box here it is found too.
        const agentMqttUrl = parts.settings.agentMqttUrl.replace('{host}', request.hostname);
        return enrolAgent({ ...parts, settings: { ...parts.settings, agentMqttUrl } }, body);
      },
    }),
  ];
}
