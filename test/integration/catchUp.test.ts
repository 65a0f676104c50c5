import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeStatusKeeper, type StatusKeeper } from '../../server/usecases/agents/statusKeeper.ts';
import type { OnlineStatus } from '../../shared/contract/messages/status.ts';
import { MINUTE } from '../../shared/core/time.ts';
import { PlanningServer } from '../kit/planningServer.ts';

let server: PlanningServer;
let agent: string;
let keeper: StatusKeeper;
let pokes: number;

beforeEach(async () => {
  server = await PlanningServer.open();
  await server.fill();
  server.bus.connect(false);
  agent = (await server.box('are-a')).agentId;
  await server.rule();
  await server.published();
  pokes = 0;
  keeper = makeStatusKeeper(server.parts, () => {
    pokes += 1;
  });
});

afterEach(async () => {
  await keeper.stop();
  await server.close();
});

const isPublished = async (): Promise<boolean | undefined> =>
  (await server.parts.store.repositories.outgoing.get('plan', agent))?.published;

async function says(planSeq: number): Promise<void> {
  const config = await server.parts.store.repositories.outgoing.get('config', agent);
  const status: OnlineStatus = {
    v: 1,
    agent,
    online: true,
    at: server.clock.now,
    versions: { agent: 'test', node: 'test', protocol: 1 },
    startedAt: server.clock.now,
    planSeq,
    configSeq: config?.seq ?? 0,
    nextWindow: null,
    playing: null,
    clock: { trusted: true, source: 'test' },
    disk: null,
    temperature: null,
    volume: 80,
    sink: 'null',
    faults: [],
    rejected: 0,
    unreported: 0,
  };
  await keeper.status(agent, status);
}

it('sends a plan again to a box that does not hold it, whatever the broker once confirmed', async () => {
  await says(server.plan(agent).seq - 1);
  expect(await isPublished()).toBe(false);
  expect(pokes).toBe(1);
});

it('leaves a box alone that holds the newest plan', async () => {
  await says(server.plan(agent).seq);
  expect(await isPublished()).toBe(true);
  expect(pokes).toBe(0);
});

it('does not send a plan that a box cannot take with each of its heartbeats', async () => {
  const { seq } = server.plan(agent);
  await says(seq - 1);
  await server.parts.store.transaction(({ outgoing }) => outgoing.markPublished('plan', agent, seq));
  server.clock.now += 5 * MINUTE;
  await says(seq - 1);
  expect(await isPublished()).toBe(true);
  server.clock.now += 6 * MINUTE;
  await says(seq - 1);
  expect(await isPublished()).toBe(false);
});
