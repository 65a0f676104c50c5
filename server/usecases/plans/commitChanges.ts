import type { Agent } from '../../../shared/contract/api/agent.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Repositories } from '../../ports/store.ts';
import { type AgentChange, expiryOf, type NewMessage } from './agentChange.ts';

/** A message with the number that it goes out under. */
interface Numbered {
  readonly change: AgentChange;
  readonly message: NewMessage;
  readonly seq: number;
}

/**
 * Writes the changes of some agents in one transaction: the ledger's planned plays, the new numbers and the signed
 * messages. Agents that were revoked meanwhile are passed over.
 */
export async function commitChanges(
  { store, signer }: Pick<ServerParts, 'store' | 'signer'>,
  changes: readonly AgentChange[],
): Promise<void> {
  await store.transaction(async (repositories) => {
    const numbered: Numbered[] = [];
    for (const change of changes) {
      const agent = await repositories.agents.get(change.agentId);
      if (agent?.state === 'enrolled') numbered.push(...(await takeNumbers(repositories, agent, change)));
    }
    // All at once: signing runs on threads of its own.
    const signed = await Promise.all(
      numbered.map(async ({ change: { agentId, now }, message: { kind, body, bodyHash }, seq }) => ({
        kind,
        subject: agentId,
        seq,
        bodyHash,
        jws: await signer.sign(kind, agentId, seq, now, body),
        expiresAt: expiryOf(kind, now),
        published: false,
      })),
    );
    for (const message of signed) await repositories.outgoing.put(message);
  });
}

async function takeNumbers(repositories: Repositories, agent: Agent, change: AgentChange): Promise<Numbered[]> {
  const { agentId, now, plays, messages } = change;
  if (plays) await repositories.ledger.replacePlanned(agentId, now, plays, now);
  const numbered: Numbered[] = [];
  for (const message of messages) {
    const seq = await repositories.outgoing.nextSeq(message.kind, agentId);
    if (message.kind === 'plan') await repositories.agents.update({ ...agent, planSeq: seq });
    numbered.push({ change, message, seq });
  }
  return numbered;
}
