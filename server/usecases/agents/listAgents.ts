import type { Agent, AgentView } from '../../../shared/contract/api/agent.ts';
import { found } from '../../domain/checks.ts';
import type { Page } from '../../ports/paging.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, pageRows, slicePage } from '../paging.ts';

/** Boxes with what they last said of themselves, by id; of one village where that is asked. */
export async function listAgents(
  { store }: Pick<ServerParts, 'store'>,
  { village, ...page }: Page & { readonly village?: string | undefined },
): Promise<Listed<AgentView>> {
  const { agents } = store.repositories;
  const { items, next } =
    village === undefined ? await pageRows(agents, page) : slicePage(await agents.ofVillage(village), page);
  const statuses = await agents.statuses();
  return { items: items.map((agent) => viewOf(agent, statuses.get(agent.id))), next };
}

/** @throws Fault `agent.unknown` */
export async function getAgent({ store }: Pick<ServerParts, 'store'>, id: string): Promise<AgentView> {
  const { agents } = store.repositories;
  return viewOf(found(await agents.get(id), 'agent', id), await agents.status(id));
}

function viewOf(
  agent: Agent,
  heard: { readonly status: AgentView['status']; readonly heardAt: number } | null | undefined,
): AgentView {
  return { ...agent, status: heard?.status ?? null, statusAt: heard?.heardAt ?? null };
}
