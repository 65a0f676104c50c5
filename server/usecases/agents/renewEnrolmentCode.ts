import type { z } from 'zod';
import type { enrolmentCode } from '../../../shared/contract/api/agent.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { drawCode } from './enrolmentCode.ts';

/**
 * Gives an agent a new code, for a box that was never enrolled or that is replaced. The code before it is void at once;
 * the box that has enrolled goes on until the new code is used.
 * @throws Fault `agent.unknown`, `agent.revoked`
 */
export async function renewEnrolmentCode(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'secrets'>,
  actor: Actor,
  agentId: string,
): Promise<z.output<typeof enrolmentCode>> {
  const { code, expiresAt, stored } = drawCode(parts);
  await parts.store.transaction(async ({ agents, audit }) => {
    const agent = found(await agents.get(agentId), 'agent', agentId);
    if (agent.state === 'revoked') throw revokedFault(agent.name);
    const brokerPasswordHash = (await agents.secrets(agentId))?.brokerPasswordHash ?? null;
    await agents.putSecrets({ agentId, ...stored, brokerPasswordHash });
    const at = parts.clock.now();
    await audit.add({ at, actor: actor.id, action: 'agent.renewCode', subject: agentId, detail: { expiresAt } });
  });
  return { agentId, code, expiresAt };
}

export function revokedFault(name: string): Fault {
  return new Fault('conflict', 'agent.revoked', `The agent ${name} was revoked. Add a new agent for its village.`, [
    { field: 'id', message: 'must be the id of an agent that is not revoked' },
  ]);
}
