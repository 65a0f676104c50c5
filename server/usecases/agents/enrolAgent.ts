import type { Enrolment, EnrolmentRequest } from '../../../shared/contract/api/agent.ts';
import { Fault } from '../../../shared/core/fault.ts';
import type { Instant } from '../../../shared/core/time.ts';
import { lineage, makeAreaTree } from '../../domain/areas.ts';
import { plainCode } from '../../domain/enrolmentCode.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { AgentSecrets, Repositories } from '../../ports/store.ts';

type EnrolParts = Pick<ServerParts, 'store' | 'clock' | 'random' | 'secrets' | 'signer' | 'settings' | 'plans'>;

/**
 * Makes a box the agent that its code was given for: it gets a broker password of its own and the key to pin. The box
 * that used the code may ask again while the code is valid, as it does when the answer was lost; it then gets a fresh
 * password. A box that had the agent's identity before loses it.
 * @throws Fault `enrolment.unknownCode`, `enrolment.usedCode`, `enrolment.expiredCode`
 */
export async function enrolAgent(parts: EnrolParts, request: EnrolmentRequest): Promise<Enrolment> {
  const { store, secrets, signer, settings } = parts;
  const codeHash = secrets.digest(plainCode(request.code));
  const installationHash = secrets.digest(request.installation);
  // Looked at first, so that guessing codes does not cost us a password hash each.
  accepted(await store.repositories.agents.byCodeHash(codeHash), installationHash, parts.clock.now());
  const password = Buffer.from(parts.random.bytes(32)).toString('base64url');
  const brokerPasswordHash = await secrets.hashBrokerPassword(password);

  const now = parts.clock.now();
  const enrolled = await store.transaction(async (repositories) => {
    const { agents, areas, audit } = repositories;
    const stored = accepted(await agents.byCodeHash(codeHash), installationHash, now);
    const agent = await agents.get(stored.agentId);
    if (!agent || agent.state === 'revoked') throw unknownCode();
    await agents.update({ ...agent, state: 'enrolled', enrolledAt: now });
    await agents.putSecrets({ ...stored, installationHash, brokerPasswordHash });
    const again = stored.installationHash !== null;
    await audit.add({
      at: now,
      actor: `agent:${agent.id}`,
      action: 'agent.enrol',
      subject: agent.id,
      detail: { again },
    });
    const chain = lineage(makeAreaTree(await areas.all()), agent.villageId);
    return { agent, areas: chain.map(({ id }) => id), nextN: (await lastN(repositories, agent.id)) + 1 };
  });
  // The broker must know the password before the box tries it.
  await parts.plans.refresh('agent enrolled');
  return {
    agentId: enrolled.agent.id,
    villageId: enrolled.agent.villageId,
    areas: enrolled.areas,
    mqtt: { url: settings.agentMqttUrl, username: enrolled.agent.id, password },
    serverKey: signer.publicKey,
    serverTime: parts.clock.now(),
    nextN: enrolled.nextN,
  };
}

/** The secrets that a code belongs to, where this installation may use it now. */
function accepted(stored: AgentSecrets | null, installationHash: string, now: Instant): AgentSecrets {
  if (!stored) throw unknownCode();
  if (stored.installationHash !== null && stored.installationHash !== installationHash) {
    throw new Fault('conflict', 'enrolment.usedCode', 'This enrolment code was already used. Ask for a new one.', [
      { field: 'code', message: 'was already used by another box: have a new code made for this one' },
    ]);
  }
  if (stored.codeExpiresAt === null || stored.codeExpiresAt <= now) {
    throw new Fault('gone', 'enrolment.expiredCode', 'This enrolment code has expired. Ask for a new one.', [
      { field: 'code', message: 'has expired: have a new code made for this box' },
    ]);
  }
  return stored;
}

function unknownCode(): Fault {
  return new Fault(
    'notFound',
    'enrolment.unknownCode',
    'No box waits for this enrolment code. Check it, or ask for a new one.',
    [{ field: 'code', message: 'is not known: check each letter, or have a new code made' }],
  );
}

/** Highest record number in the ledger under an agent's identity, 0 when there is none. */
async function lastN({ ledger }: Repositories, agentId: string): Promise<number> {
  const page = 500;
  let last = await ledger.receivedUpTo(agentId);
  // Beyond the first gap there may be more.
  for (;;) {
    const records = await ledger.records(agentId, last, page);
    last = records.at(-1)?.n ?? last;
    if (records.length < page) return last;
  }
}
