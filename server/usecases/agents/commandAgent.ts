import type { CommandAsk, CommandMessage } from '../../../shared/contract/messages/command.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/**
 * Asks one thing of a box, which it does within the hour or not at all; the result comes as `agent.commandResult` in the
 * audit log.
 * @throws Fault `agent.unknown`, `agent.notEnrolled`, `agent.unreachable`
 */
export async function commandAgent(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'signer' | 'bus'>,
  actor: Actor,
  agentId: string,
  ask: CommandAsk,
): Promise<{ command: string }> {
  const { store, signer, bus } = parts;
  const agent = found(await store.repositories.agents.get(agentId), 'agent', agentId);
  if (agent.state !== 'enrolled') {
    throw new Fault('conflict', 'agent.notEnrolled', `The agent ${agent.name} is ${agent.state}, so no box listens.`, [
      { field: 'id', message: 'must be the id of an agent that has enrolled' },
    ]);
  }
  if (!bus.connected) throw unreachable();
  const command = makeId('command', parts.random.bytes(10));
  const body: CommandMessage = { v: 1, agent: agentId, command, ask };
  const seq = await store.transaction(({ outgoing }) => outgoing.nextSeq('command', agentId));
  const jws = await signer.sign('command', agentId, seq, parts.clock.now(), body);
  try {
    await bus.publish('command', agentId, jws);
  } catch (error) {
    throw unreachable(error);
  }
  await store.transaction(({ audit }) =>
    audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'agent.command',
      subject: agentId,
      detail: { command, ask },
    }),
  );
  return { command };
}

function unreachable(cause?: unknown): Fault {
  const message = 'The message broker is not to be reached, so the command was not sent. Try again when it is back.';
  return new Fault('unavailable', 'agent.unreachable', message, [], { cause });
}
