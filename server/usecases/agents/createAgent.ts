import type { z } from 'zod';
import type { Agent, createdAgent, NewAgent } from '../../../shared/contract/api/agent.ts';
import { VILLAGE_KIND } from '../../../shared/contract/api/area.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { referred } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { drawCode } from './enrolmentCode.ts';

/**
 * Adds a box to a village, with the code that it will enrol with.
 * @throws Fault `area.unknown`, `agent.notVillage`
 */
export async function createAgent(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'secrets'>,
  actor: Actor,
  { villageId, name }: NewAgent,
): Promise<z.output<typeof createdAgent>> {
  const now = parts.clock.now();
  const { code, expiresAt, stored } = drawCode(parts);
  const agent: Agent = {
    id: makeId('agent', parts.random.bytes(10)),
    villageId,
    name,
    state: 'new',
    createdAt: now,
    enrolledAt: null,
    planSeq: 0,
  };
  await parts.store.transaction(async ({ areas, agents, audit }) => {
    const village = referred(await areas.get(villageId), 'area', 'villageId', villageId);
    if (village.kind !== VILLAGE_KIND) {
      throw new Fault(
        'invalid',
        'agent.notVillage',
        `${village.name} is a ${village.kind}; a box stands in a village.`,
        [{ field: 'villageId', message: 'must be the id of a village' }],
      );
    }
    await agents.insert(agent);
    await agents.putSecrets({ agentId: agent.id, ...stored, brokerPasswordHash: null });
    const detail = { villageId, name };
    await audit.add({ at: now, actor: actor.id, action: 'agent.create', subject: agent.id, detail });
  });
  return { agent, enrolmentCode: { agentId: agent.id, code, expiresAt } };
}
