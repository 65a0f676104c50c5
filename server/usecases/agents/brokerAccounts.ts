import type { Agent } from '../../../shared/contract/api/agent.ts';
import type { BrokerAccount } from '../../ports/messaging.ts';
import type { AgentSecrets } from '../../ports/store.ts';

/**
 * The broker accounts of all boxes that may connect: those that have enrolled and were not revoked. A box hears the
 * interrupts of its village and of every area above it.
 * @param lineageOf ids of an area and its ancestors, nearest first
 */
export function brokerAccounts(
  agents: readonly Agent[],
  secrets: readonly AgentSecrets[],
  lineageOf: (areaId: string) => readonly string[],
): BrokerAccount[] {
  const passwords = new Map(secrets.map(({ agentId, brokerPasswordHash }) => [agentId, brokerPasswordHash]));
  return agents.flatMap(({ id, state, villageId }) => {
    const passwordHash = passwords.get(id) ?? null;
    if (state !== 'enrolled' || passwordHash === null) return [];
    return [{ username: id, passwordHash, identity: { kind: 'agent', agent: id, areas: lineageOf(villageId) } }];
  });
}
