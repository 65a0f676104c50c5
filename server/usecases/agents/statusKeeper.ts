import type { StatusMessage } from '../../../shared/contract/messages/status.ts';
import type { Instant } from '../../../shared/core/time.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { makeGroupCommit } from '../ledger/groupCommit.ts';
import { makeCatchUp } from '../plans/catchUp.ts';

export interface StatusKeeper {
  /** Resolves when the status is stored, or when it is nobody's. */
  status(agentId: string, message: StatusMessage): Promise<void>;
  stop(): Promise<void>;
}

interface Heard {
  readonly agentId: string;
  readonly message: StatusMessage;
  readonly heardAt: Instant;
}

/**
 * Keeps what boxes last said of themselves; of several that wait to be written only an agent's newest is.
 * @param pokeOutbox told when a box turned out to lack something, which is then marked to go out again
 */
export function makeStatusKeeper(
  { store, clock, events, log }: Pick<ServerParts, 'store' | 'clock' | 'events' | 'log'>,
  pokeOutbox: () => void,
): StatusKeeper {
  const catchUp = makeCatchUp({ log });
  const group = makeGroupCommit<Heard>({
    weight: () => 1,
    batchWeight: 500,
    queueWeight: 10_000,
    alive: () => store.ping(),
    async commit(heard) {
      const newest = new Map(heard.map((one) => [one.agentId, one]));
      const strangers: string[] = [];
      let lacking = 0;
      await store.transaction(async (repositories) => {
        for (const { agentId, message, heardAt } of newest.values()) {
          if (await repositories.agents.get(agentId)) {
            await repositories.agents.putStatus(agentId, message, heardAt);
            lacking += (await catchUp.look(repositories, message, heardAt)).length;
          } else strangers.push(agentId);
        }
      });
      if (lacking > 0) pokeOutbox();
      if (strangers.length > 0) log.warn('status of unknown agents refused', { strangers });
      for (const agentId of newest.keys()) if (!strangers.includes(agentId)) events.emit({ kind: 'status', agentId });
    },
  });
  return {
    async status(agentId, message) {
      if (message.agent === agentId) await group.add({ agentId, message, heardAt: clock.now() });
      else log.warn('status refused', { agentId, names: message.agent });
    },
    stop: () => group.stop(),
  };
}
