import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Agent } from '../../../shared/contract/api/agent.ts';
import { sha256Hex } from '../../../shared/core/canonical.ts';
import type { PlanWorld } from '../../domain/planWorld.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { brokerAccounts } from '../agents/brokerAccounts.ts';
import { type AgentChange, examineAgent, type UpToDate } from './agentChange.ts';
import { commitChanges } from './commitChanges.ts';
import { loadPlanWorld } from './loadPlanWorld.ts';

export type RefreshParts = Pick<ServerParts, 'store' | 'clock' | 'log' | 'events' | 'signer' | 'accounts' | 'settings'>;

/** What one run leaves for the next. Losing it costs time and nothing else. */
export interface RefreshMemory {
  readonly upToDate: Map<string, UpToDate>;
  /** Of the broker accounts as they were last put. */
  accountsKey: string | null;
}

export interface RefreshCounts {
  agents: number;
  plans: number;
  configs: number;
  failed: number;
}

/** Agents in one transaction: few enough that reports need not wait long for their turn to write. */
const CHUNK = 20;

/**
 * Brings everything that boxes depend on into step with the registry: their broker accounts, configurations and plans.
 * A village whose plan cannot be made is logged and left with its last one; the others go on.
 * @param stopping asked between the stages, so that a stop need not wait for a whole province
 */
export async function refreshRun(
  parts: RefreshParts,
  memory: RefreshMemory,
  stopping: () => boolean,
): Promise<RefreshCounts> {
  const { store, log } = parts;
  const world = await loadPlanWorld(parts);
  const agents = (await store.repositories.agents.all()).filter(({ state }) => state === 'enrolled');
  // A broker whose files cannot be written must not keep plans from the boxes that are already known to it.
  const accounts = await Promise.allSettled([keepAccounts(parts, memory, world, agents)]);
  forgetOthers(memory, agents);
  const counts: RefreshCounts = { agents: agents.length, plans: 0, configs: 0, failed: 0 };
  for (let start = 0; start < agents.length && !stopping(); start += CHUNK) {
    await refreshSome(parts, memory, world, agents.slice(start, start + CHUNK), counts);
    await nextTurn(); // requests and reports have their turn between the chunks
  }
  for (const put of accounts) if (put.status === 'rejected') throw put.reason;
  if (counts.failed > 0) log.error('plans could not be made', { failed: counts.failed });
  return counts;
}

async function refreshSome(
  parts: RefreshParts,
  memory: RefreshMemory,
  world: PlanWorld,
  agents: readonly Agent[],
  counts: RefreshCounts,
): Promise<void> {
  const changes: AgentChange[] = [];
  const seen = new Map<string, UpToDate>();
  for (const agent of agents) {
    try {
      const found = await examineAgent(parts, world, agent, parts.clock.now(), memory.upToDate.get(agent.id));
      if (!found) continue;
      seen.set(agent.id, found.upToDate);
      if (found.change.messages.length > 0 || found.change.plays) changes.push(found.change);
    } catch (error) {
      await parts.store.ping(); // a database that is gone fails the run, not village after village
      counts.failed += 1;
      parts.log.error('plan not made', { agentId: agent.id, villageId: agent.villageId, error });
    }
  }
  if (changes.length > 0) await commitChanges(parts, changes);
  for (const [agentId, upToDate] of seen) memory.upToDate.set(agentId, upToDate);
  for (const { agentId, messages } of changes) {
    for (const { kind } of messages) counts[kind === 'plan' ? 'plans' : 'configs'] += 1;
    parts.events.emit({ kind: 'plan', agentId });
  }
}

async function keepAccounts(
  { store, accounts }: RefreshParts,
  memory: RefreshMemory,
  world: PlanWorld,
  agents: readonly Agent[],
): Promise<void> {
  const wanted = brokerAccounts(agents, await store.repositories.agents.allSecrets(), world.lineageOf);
  const key = sha256Hex(JSON.stringify(wanted));
  if (key === memory.accountsKey) return;
  await accounts.replaceAll(wanted);
  memory.accountsKey = key;
}

function forgetOthers({ upToDate }: RefreshMemory, agents: readonly Agent[]): void {
  const ids = new Set(agents.map(({ id }) => id));
  for (const id of upToDate.keys()) if (!ids.has(id)) upToDate.delete(id);
}
