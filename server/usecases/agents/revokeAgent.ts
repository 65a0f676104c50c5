import type { Agent } from '../../../shared/contract/api/agent.ts';
import { makeZone } from '../../../shared/core/time.ts';
import { found } from '../../domain/checks.ts';
import { planHorizon } from '../../domain/planHorizon.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { revokedFault } from './renewEnrolmentCode.ts';

type RevokeParts = Pick<ServerParts, 'store' | 'clock' | 'signer' | 'bus' | 'settings' | 'plans' | 'log'>;

/**
 * Takes a box out of service: its plays to come are dropped, it is sent an empty plan, and the broker no longer knows
 * it. One that is off the network at that moment plays what it has, for at most the days of its plan.
 * @throws Fault `agent.unknown`, `agent.revoked`
 */
export async function revokeAgent(parts: RevokeParts, actor: Actor, agentId: string): Promise<void> {
  const now = parts.clock.now();
  const { agent, seq } = await parts.store.transaction(async ({ agents, ledger, outgoing, audit }) => {
    const old = found(await agents.get(agentId), 'agent', agentId);
    if (old.state === 'revoked') throw revokedFault(old.name);
    await agents.update({ ...old, state: 'revoked' });
    await agents.putSecrets({
      agentId,
      codeHash: null,
      codeExpiresAt: null,
      installationHash: null,
      brokerPasswordHash: null,
    });
    await ledger.replacePlanned(agentId, now, [], now);
    await outgoing.remove('plan', agentId);
    await outgoing.remove('config', agentId);
    await audit.add({ at: now, actor: actor.id, action: 'agent.revoke', subject: agentId, detail: { name: old.name } });
    return { agent: old, seq: await outgoing.nextSeq('plan', agentId) };
  });
  await silence(parts, agent, seq);
  // Only now: the broker would have put the box off before it heard.
  await parts.plans.refresh('agent revoked');
  await clearRetained(parts, agentId);
}

async function silence({ signer, bus, clock, settings, log }: RevokeParts, agent: Agent, seq: number): Promise<void> {
  const now = clock.now();
  const { id, villageId, state } = agent;
  if (state === 'new') return; // no box holds a plan
  const horizon = planHorizon(now, makeZone(settings.zone), settings.planDays);
  const body = { v: 1, agent: id, village: villageId, ...horizon, zone: settings.zone, items: [], clips: [] };
  try {
    await bus.publish('plan', id, await signer.sign('plan', id, seq, now, body));
  } catch (error) {
    log.warn('revoked box not reached: it plays what it has until its plan ends', { agentId: id, error });
  }
}

/** An empty message has the broker forget the one that it retains. */
async function clearRetained({ bus, log }: RevokeParts, agentId: string): Promise<void> {
  for (const kind of ['plan', 'config'] as const) {
    try {
      await bus.publish(kind, agentId, '');
    } catch (error) {
      log.debug('retained message of a revoked box not cleared', { agentId, messageKind: kind, error });
    }
  }
}
