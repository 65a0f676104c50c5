import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAgentBus } from '../../server/adapters/mqtt/bus/createAgentBus.ts';
import type { IntakeLimits } from '../../server/adapters/mqtt/bus/intake.ts';
import type { AgentBus, BusListener } from '../../server/ports/messaging.ts';
import { topicFor } from '../../shared/contract/topics.ts';
import { Fault } from '../../shared/core/fault.ts';
import { embeddedBroker, mosquittoBroker, recordingLog, type TestBroker } from '../kit/brokers.ts';
import { leftOut } from '../kit/needs.ts';
import { accountOf, connectPeer, type Peer } from '../kit/peer.ts';
import { waitFor } from '../kit/wait.ts';

const BOX = 'agt-box';
const statusOf = (agent = BOX) => JSON.stringify({ v: 1, agent, online: false });

function reportOf(first: number, agent = BOX, detail = 'test'): string {
  const record = { kind: 'fault', n: first, recordedAt: 1_795_485_600_000, code: 'test', detail };
  return JSON.stringify({ v: 1, agent, oldest: 1, records: [record] });
}

/** A bus with a listener that notes all it is told; `hold` keeps its promises open. */
async function openBus(broker: TestBroker, limits?: IntakeLimits) {
  const told: string[] = [];
  const state = { hold: Promise.resolve() as Promise<unknown>, failures: 0 };
  const handle = async (line: string) => {
    told.push(line);
    if (state.failures > 0) {
      state.failures -= 1;
      throw new Error('disk full');
    }
    await state.hold;
    told.push(`done ${line}`);
  };
  const listener: BusListener = {
    report: (agent, { records }) => handle(`report ${agent} ${records.map(({ n }) => n).join()}`),
    status: (agent, { online }) => handle(`status ${agent} ${online}`),
    refused: (topic, reason) => told.push(`refused ${topic} ${reason}`),
    connected: (remembers) => told.push(`connected ${remembers}`),
    disconnected: () => told.push('disconnected'),
  };
  const log = recordingLog();
  const bus: AgentBus = createAgentBus({
    connection: broker.connection,
    log,
    ...(limits === undefined ? {} : { limits }),
  });
  await bus.start(listener);
  await waitFor(() => bus.connected, 'the bus to be connected');
  const hears = (line: string) => waitFor(() => told.includes(line), `"${line}", heard ${told.slice(-5).join(' | ')}`);
  return { bus, told, state, log, hears };
}

const LIMITS: IntakeLimits = { messages: 100, bytes: 1_000_000, retryMs: [20, 20] };

function busSuite(name: string, open: () => Promise<TestBroker>): void {
  describe(`the bus over ${name}`, () => {
    let broker: TestBroker;
    let box: Peer;
    const login = { username: BOX, password: `${BOX}-pw` };
    const send = (kind: 'report' | 'status', payload: string | Buffer) =>
      box.client.publishAsync(topicFor(kind, BOX), payload, { qos: 1, retain: kind === 'status' });

    beforeAll(async () => {
      broker = await open();
      await broker.accounts.replaceAll([
        await accountOf(BOX, { kind: 'agent', agent: BOX, areas: ['are-1'] }),
        await accountOf('agt-late', { kind: 'agent', agent: 'agt-late', areas: ['are-1'] }),
      ]);
      box = await connectPeer(broker.port, login);
    });

    afterAll(async () => {
      await box?.end();
      await broker?.close();
    });

    it('hands up reports and states, and says first that the broker remembers nothing', async () => {
      const { bus, told, hears } = await openBus(broker);
      await send('report', reportOf(1));
      await send('status', statusOf());
      await hears(`done report ${BOX} 1`);
      await hears(`done status ${BOX} false`);
      expect(told[0]).toBe('connected false');
      await bus.stop();
    });

    it('hears the last state of each box when it comes back', async () => {
      const { bus, hears } = await openBus(broker);
      await hears(`status ${BOX} false`);
      await bus.stop();
    });

    it('refuses what is not in form, says why, and goes on', async () => {
      const { bus, told, hears } = await openBus(broker);
      const cases: readonly [string | Buffer, RegExp][] = [
        ['{', /report not JSON/],
        [Buffer.from([0x7b, 0xff, 0x7d]), /report not UTF-8/],
        ['[]', /report message: .*expected object/],
        [JSON.stringify({ ...JSON.parse(reportOf(1)), records: [] }), /report records: /],
        [reportOf(0), /report records\.0\.n: /],
        [reportOf(7, 'agt-late'), /agent: speaks for agt-late on a topic of agt-box/],
      ];
      for (const [payload] of cases) await send('report', payload);
      await send('report', reportOf(8));
      await hears(`done report ${BOX} 8`);
      const refused = told.filter((line) => line.startsWith('refused'));
      expect(refused).toHaveLength(cases.length);
      for (const [index, [, reason]] of cases.entries()) expect(refused[index]).toMatch(reason);
      expect(told.filter((line) => line.startsWith('report'))).toEqual([`report ${BOX} 8`]);
      await bus.stop();
    });

    it('takes no oversized message', async () => {
      const { bus, told, hears } = await openBus(broker);
      const refusals = () => [...told, ...broker.log.lines].filter((line) => /\d bytes/.test(line)).length;
      const before = refusals();
      // QoS 0: the embedded broker ends the connection, and a QoS 1 message would be sent again and again.
      await box.client.publishAsync(topicFor('report', BOX), 'x'.repeat(1_100_000), { qos: 0 });
      await waitFor(() => refusals() === before + 1, 'the long report to be refused');
      await waitFor(() => box.client.connected, 'the box to be back');
      await box.client.publishAsync(topicFor('status', BOX), ' '.repeat(17_000), { qos: 0 });
      await waitFor(() => refusals() === before + 2, 'the long state to be refused');
      await waitFor(() => box.client.connected, 'the box to be back');
      await send('report', reportOf(9));
      await hears(`done report ${BOX} 9`);
      expect(told.filter((line) => line.startsWith('report'))).toEqual([`report ${BOX} 9`]);
      await bus.stop();
    });

    it('asks a listener that failed again', async () => {
      const { bus, told, state, hears } = await openBus(broker, LIMITS);
      state.failures = 2;
      await send('report', reportOf(10));
      await hears(`done report ${BOX} 10`);
      expect(told.filter((line) => line === `report ${BOX} 10`)).toHaveLength(3);
      await bus.stop();
    });

    it('handles many at once, but no more than its limit', async () => {
      const { bus, told, state } = await openBus(broker, { ...LIMITS, messages: 3 });
      await waitFor(() => told.includes(`done status ${BOX} false`), 'the retained state');
      const release = Promise.withResolvers<void>();
      state.hold = release.promise;
      for (let n = 20; n < 30; n++) await send('report', reportOf(n));
      const begun = () => told.filter((line) => line.startsWith('report')).length;
      await waitFor(() => begun() === 3, 'three under way');
      await pause(100); // nothing to wait for: a fourth must not come
      expect(begun()).toBe(3);
      release.resolve();
      await waitFor(() => told.filter((line) => line.startsWith('done report')).length === 10, 'all ten');
      await bus.stop();
    });

    it('keeps the states of a box in order', async () => {
      const { bus, told, state, hears } = await openBus(broker, LIMITS);
      await hears(`done status ${BOX} false`);
      const release = Promise.withResolvers<void>();
      state.hold = release.promise;
      await send('status', statusOf());
      await send('status', statusOf());
      await send('report', reportOf(30));
      await hears(`report ${BOX} 30`); // came last, and has not waited
      expect(told.filter((line) => line.startsWith('status'))).toHaveLength(2);
      release.resolve();
      await waitFor(() => told.filter((line) => line.startsWith('done status')).length === 3, 'both');
      await bus.stop();
    });

    it('leaves the last plan for a box that comes later, and one plan only for a box that was away', async () => {
      const { bus } = await openBus(broker);
      await box.client.subscribeAsync(topicFor('plan', BOX), { qos: 1 });
      await box.end();
      for (const text of ['plan-1', 'plan-2', 'plan-3']) {
        await bus.publish('plan', BOX, text);
        await bus.publish('plan', 'agt-late', text);
      }
      await bus.publish('command', BOX, 'command-1');
      const late = await connectPeer(broker.port, { username: 'agt-late', password: 'agt-late-pw' });
      await late.client.subscribeAsync(topicFor('plan', 'agt-late'), { qos: 1 });
      await waitFor(() => late.heard.length > 0, 'the plan');
      expect(late.heard).toEqual([{ topic: topicFor('plan', 'agt-late'), payload: 'plan-3', retained: true }]);
      await late.end();
      box = await connectPeer(broker.port, login);
      // Mosquitto 2.0 subscribes to nothing anew for a session that it kept; its queue has all plans, in order.
      await box.client.subscribeAsync(topicFor('command', BOX), { qos: 1 });
      await waitFor(() => box.heard.some(({ payload }) => payload === 'plan-3'), 'the last plan');
      if (broker.name === 'embedded') expect(box.heard.map(({ payload }) => payload)).toEqual(['plan-3']);
      await bus.stop();
    });

    it('rejects at once what it cannot publish now', async () => {
      const { bus } = await openBus(broker);
      await expect(bus.publish('receipt', BOX, 'x'.repeat(5_000))).rejects.toMatchObject({ code: 'bus.tooLarge' });
      await bus.stop();
      const started = performance.now();
      await expect(bus.publish('plan', BOX, 'text')).rejects.toMatchObject({ code: 'bus.offline' });
      expect(performance.now() - started).toBeLessThan(100);
      expect(bus.connected).toBe(false);
    });
  });
}

busSuite('the embedded broker', () => embeddedBroker());

describe('the embedded broker', () => {
  it('says in one line that its port is taken', async () => {
    const first = await embeddedBroker();
    const second = embeddedBroker(first.port);
    await expect(second).rejects.toThrow(Fault);
    await expect(second).rejects.toMatchObject({ code: 'mqtt.portInUse' });
    await expect(second).rejects.toThrow(/LOABAN_MQTT_PORT/);
    await first.close();
  });

  it('tells a bus that it ends, and remembers nothing when it is there again', async () => {
    const first = await embeddedBroker();
    const before = await openBus(first);
    await first.close();
    await before.hears('disconnected');
    expect(before.bus.connected).toBe(false);
    await before.bus.stop();
    const second = await embeddedBroker(first.port);
    const after = await openBus(second);
    expect(after.told).toEqual(['connected false']);
    await after.bus.stop();
    await second.close();
  });
});

describe.skipIf(leftOut('the bus over Mosquitto', ['mosquitto']))('', () => {
  busSuite('Mosquitto', mosquittoBroker);
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const { close } of opened.splice(0).reverse()) await close();
  });

  it('gets again from Mosquitto what it had not in good hands, and not what it had', async () => {
    const broker = await mosquittoBroker();
    opened.push(broker);
    await broker.accounts.replaceAll([await accountOf(BOX, { kind: 'agent', agent: BOX, areas: [] })]);
    const box = await connectPeer(broker.port, { username: BOX, password: `${BOX}-pw` });
    opened.push({ close: () => box.end() });
    const first = await openBus(broker, LIMITS);
    await box.client.publishAsync(topicFor('report', BOX), reportOf(1), { qos: 1 });
    await first.hears(`done report ${BOX} 1`);
    const release = Promise.withResolvers<void>();
    first.state.hold = release.promise;
    await box.client.publishAsync(topicFor('report', BOX), reportOf(2), { qos: 1 });
    await first.hears(`report ${BOX} 2`);
    // A second server process with the same session: the first is as good as dead.
    const second = await openBus(broker, LIMITS);
    await second.hears(`done report ${BOX} 2`);
    expect(second.told).toContain('connected true');
    expect(second.told).not.toContain(`report ${BOX} 1`);
    release.resolve();
    await first.bus.stop();
    await second.bus.stop();
  });

  it('says after a restart of Mosquitto whether it remembers', async () => {
    const broker = await mosquittoBroker();
    opened.push(broker);
    await broker.accounts.replaceAll([]);
    const { bus, told } = await openBus(broker);
    await broker.process?.stop();
    await waitFor(() => told.includes('disconnected'), 'the loss to be told');
    await expect(bus.publish('plan', BOX, 'text')).rejects.toMatchObject({ code: 'bus.offline' });
    await broker.process?.restart();
    await waitFor(() => told.includes('connected true'), 'Mosquitto with its memory');
    await broker.process?.kill9();
    await broker.process?.forget();
    await broker.process?.restart();
    await waitFor(() => told.filter((line) => line === 'connected false').length === 2, 'Mosquitto without');
    await bus.stop();
  });
});
