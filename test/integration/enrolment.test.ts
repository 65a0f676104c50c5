import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandAgent } from '../../server/usecases/agents/commandAgent.ts';
import { createAgent } from '../../server/usecases/agents/createAgent.ts';
import { enrolAgent } from '../../server/usecases/agents/enrolAgent.ts';
import { getAgent, listAgents } from '../../server/usecases/agents/listAgents.ts';
import { renewEnrolmentCode } from '../../server/usecases/agents/renewEnrolmentCode.ts';
import { revokeAgent } from '../../server/usecases/agents/revokeAgent.ts';
import { ENROLMENT_CODE_PATTERN } from '../../shared/contract/api/agent.ts';
import { commandMessage } from '../../shared/contract/messages/command.ts';
import { DAY } from '../../shared/core/time.ts';
import { DAWN, faultOf, PlanningServer, STAFF } from '../kit/planningServer.ts';

const BOX = 'a'.repeat(32);
const OTHER_BOX = 'b'.repeat(32);

let server: PlanningServer;

beforeEach(async () => {
  server = await PlanningServer.open();
  await server.fill();
  server.bus.connect(true);
});

afterEach(() => server.close());

const create = (villageId = 'are-a') => createAgent(server.parts, STAFF, { villageId, name: 'Cụm nhà văn hoá' });
const enrol = (code: string, installation = BOX) => enrolAgent(server.parts, { code, installation });
const state = async () => {
  const { agents, audit } = server.parts.store.repositories;
  return [await agents.all(), await agents.allSecrets(), await audit.page(1000)];
};
const passwordFits = async (agentId: string, password: string) => {
  const account = server.accounts.find(({ username }) => username === agentId);
  return account !== undefined && (await server.parts.secrets.verifyBrokerPassword(password, account.passwordHash));
};

describe('an enrolment code', () => {
  it('makes a box the agent it was given for, with rights on its village and above', async () => {
    const { agent, enrolmentCode } = await create();
    expect(enrolmentCode.code).toMatch(ENROLMENT_CODE_PATTERN);
    const answer = await enrol(enrolmentCode.code.toLowerCase().replaceAll('-', ''));
    expect(answer).toMatchObject({
      agentId: agent.id,
      areas: ['are-a', 'are-xa', 'are-top'],
      mqtt: { username: agent.id },
      nextN: 1,
    });
    expect(await passwordFits(agent.id, answer.mqtt.password)).toBe(true);
    expect(await getAgent(server.parts, agent.id)).toMatchObject({ state: 'enrolled', enrolledAt: DAWN, planSeq: 1 });
    // Neither code nor password is stored as it is.
    const stored = JSON.stringify(await state());
    expect(stored).not.toContain(answer.mqtt.password);
    expect(stored).not.toContain(enrolmentCode.code);
  });

  it('gives the same box a fresh password when it asks again, as after a lost answer', async () => {
    const { agent, enrolmentCode } = await create();
    const first = await enrol(enrolmentCode.code);
    const second = await enrol(enrolmentCode.code);
    expect(second.agentId).toBe(agent.id);
    expect(await passwordFits(agent.id, second.mqtt.password)).toBe(true);
    expect(await passwordFits(agent.id, first.mqtt.password)).toBe(false);
  });

  it.each([
    ['was used by another box', 'conflict', 'enrolment.usedCode'],
    ['has expired', 'gone', 'enrolment.expiredCode'],
    ['is unknown', 'notFound', 'enrolment.unknownCode'],
    ['was replaced by a newer one', 'notFound', 'enrolment.unknownCode'],
    ['belongs to a revoked agent', 'notFound', 'enrolment.unknownCode'],
  ])('that %s is refused, and nothing changes', async (how, kind, code) => {
    const { agent, enrolmentCode } = await create();
    if (code === 'enrolment.usedCode') await enrol(enrolmentCode.code, OTHER_BOX);
    if (code === 'enrolment.expiredCode') server.clock.now = DAWN + 7 * DAY;
    if (how.startsWith('was replaced')) await renewEnrolmentCode(server.parts, STAFF, agent.id);
    if (how.startsWith('belongs')) await revokeAgent(server.parts, STAFF, agent.id);
    const before = await state();
    const tried = how === 'is unknown' ? '0000-0000-0000' : enrolmentCode.code;
    expect(await faultOf(enrol(tried))).toMatchObject({ kind, code, fields: [{ field: 'code' }] });
    expect(await state()).toEqual(before);
  });

  it('lets two boxes that come at once not both in', async () => {
    const { enrolmentCode } = await create();
    const both = await Promise.allSettled([enrol(enrolmentCode.code, BOX), enrol(enrolmentCode.code, OTHER_BOX)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('for a replacement ends the old box only when it is used, and numbers go on behind the old ones', async () => {
    const old = await server.box('are-a', BOX);
    const fault = { n: 1, kind: 'fault' as const, recordedAt: DAWN, code: 'disk', detail: 'full' };
    await server.intake.report(old.agentId, {
      v: 1,
      agent: old.agentId,
      oldest: 1,
      records: [fault, { ...fault, n: 4 }],
    });
    const { code } = await renewEnrolmentCode(server.parts, STAFF, old.agentId);
    expect(await passwordFits(old.agentId, old.mqtt.password)).toBe(true);
    const fresh = await enrol(code, OTHER_BOX);
    expect(fresh).toMatchObject({ agentId: old.agentId, nextN: 5 });
    expect(await passwordFits(old.agentId, old.mqtt.password)).toBe(false);
  });
});

describe('an agent', () => {
  it.each([
    ['are-none', 'area.unknown'],
    ['are-xa', 'agent.notVillage'],
  ])('cannot stand in %s', async (villageId, code) => {
    const before = await state();
    expect(await faultOf(create(villageId))).toMatchObject({ kind: 'invalid', code, fields: [{ field: 'villageId' }] });
    expect(await state()).toEqual(before);
  });

  it('is listed by village and page', async () => {
    const ids = [(await create()).agent.id, (await create()).agent.id, (await create('are-b')).agent.id].toSorted();
    const first = await listAgents(server.parts, { limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await listAgents(server.parts, { limit: 2, after: first.next ?? '' });
    expect([...second.items.map(({ id }) => id), second.next]).toEqual([ids[2], null]);
    expect((await listAgents(server.parts, { limit: 9, village: 'are-a' })).items).toHaveLength(2);
  });

  it('is asked things by signed commands with growing numbers', async () => {
    const { agentId } = await server.box('are-a');
    const one = await commandAgent(server.parts, STAFF, agentId, { kind: 'testTone', seconds: 3 });
    await commandAgent(server.parts, STAFF, agentId, { kind: 'reReport', fromN: 1 });
    const sent = server.bus.of('command', agentId);
    expect(sent.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(commandMessage.parse(sent[0]?.body)).toMatchObject({ command: one.command, ask: { seconds: 3 } });
    expect((sent[0]?.exp ?? 0) - (sent[0]?.iat ?? 0)).toBe(3_600);
  });

  it('that cannot be asked says why', async () => {
    const ask = { kind: 'testTone', seconds: 1 } as const;
    const { agent } = await create();
    expect(await faultOf(commandAgent(server.parts, STAFF, agent.id, ask))).toMatchObject({
      code: 'agent.notEnrolled',
    });
    expect(await faultOf(commandAgent(server.parts, STAFF, 'agt-none', ask))).toMatchObject({ kind: 'notFound' });
    const { agentId } = await server.box('are-b');
    server.bus.disconnect();
    const before = await state();
    expect(await faultOf(commandAgent(server.parts, STAFF, agentId, ask))).toMatchObject({
      kind: 'unavailable',
      code: 'agent.unreachable',
    });
    expect(await state()).toEqual(before);
  });

  it('cannot be revoked twice, nor get a code afterwards', async () => {
    const { agentId } = await server.box('are-a');
    await revokeAgent(server.parts, STAFF, agentId);
    for (const again of [revokeAgent, renewEnrolmentCode])
      expect(await faultOf(again(server.parts, STAFF, agentId))).toMatchObject({
        kind: 'conflict',
        code: 'agent.revoked',
      });
  });
});
