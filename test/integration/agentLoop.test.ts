import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moveDurably } from '../../agent/adapters/files/durable.ts';
import { JsonLog } from '../../agent/adapters/log/jsonLog.ts';
import { directNetwork } from '../../agent/adapters/network/directNetwork.ts';
import { systemClock } from '../../agent/adapters/system/systemClock.ts';
import { type ComposedAgent, composeAgent } from '../../agent/compose.ts';
import { WEEKDAYS } from '../../shared/core/time.ts';
import { AGENT, CODE, FakeServer } from '../kit/fakeServer.ts';
import { PacedPlayer } from '../kit/pacedPlayer.ts';
import { waitFor } from '../kit/wait.ts';

let server: FakeServer;
let data: string;
let running: { agent: ComposedAgent; player: PacedPlayer; log: JsonLog } | null = null;

function build(code: string | null = CODE): NonNullable<typeof running> {
  const log = new JsonLog({ write: () => undefined, now: () => Date.now() });
  const player = new PacedPlayer(systemClock);
  const agent = composeAgent({
    server: server.url,
    data,
    sink: 'null',
    player,
    enrolCode: code,
    log,
    network: directNetwork(moveDurably),
  });
  return { agent, player, log };
}

async function run(code: string | null = CODE): Promise<NonNullable<typeof running>> {
  running = build(code);
  const before = server.statuses.length;
  await running.agent.start();
  await waitFor(() => server.statuses.slice(before).some((status) => status.online), 'the agent to be online');
  return running;
}

async function stop(): Promise<void> {
  await running?.agent.stop();
  running = null;
}

const clipOf = (byte: number, length = 20_000): Buffer => Buffer.alloc(length, byte);
const outcomes = (): Record<string, string> =>
  Object.fromEntries(
    server.playbacks.map((record) => [record.item, `${record.outcome} ${record.reason ?? ''}`.trim()]),
  );

beforeEach(async () => {
  server = await FakeServer.start();
  data = await mkdtemp(join(tmpdir(), 'loaban-agent-'));
});

afterEach(async () => {
  await stop();
  await server.down();
  await rm(data, { recursive: true, force: true });
});

describe('an agent and its server', () => {
  it('enrols, fetches, plays at the planned instant, reports, and forgets on the receipt', async () => {
    const { player } = await run();
    const clip = server.addClip(clipOf(1));
    await server.sendConfig({ volume: 50 });
    const at = Date.now() + 2_500;
    await server.sendPlan([server.item('one', clip, at, 1_200), server.item('two', clip, at + 1_200, 800)]);
    await waitFor(() => server.playbacks.length === 2, 'both records');
    expect(outcomes()).toEqual({ one: 'played', two: 'played' });
    const [one] = player.witnessed;
    expect(one).toMatchObject({ itemId: 'one', bytes: 20_000, gainDb: -10 });
    expect(Math.abs((one?.startedAt ?? 0) - at)).toBeLessThan(100);
    await waitFor(() => {
      const status = server.lastStatus;
      return status?.online === true && status.unreported === 0 && status.planSeq === 1 && status.playing === null;
    }, 'a status without unreported records');
    await stop();
    expect(server.lastStatus).toEqual({ v: 1, agent: AGENT, online: false });
  });

  it('skips with the reason: muted, outside the windows, clip missing', async () => {
    await run();
    const clip = server.addClip(clipOf(2));
    await server.sendConfig({ volume: 0 });
    await server.sendPlan([server.item('muted', clip, Date.now() + 400, 500)]);
    await waitFor(() => server.playbacks.length === 1, 'the first record');
    const yesterday = WEEKDAYS[(new Date().getUTCDay() + 3) % 7] ?? 'mon';
    await server.sendConfig({ windows: [{ days: [yesterday], from: '10:00', to: '10:01' }] });
    await server.sendPlan([server.item('outside', clip, Date.now() + 400, 500)]);
    await waitFor(() => server.playbacks.length === 2, 'the second record');
    await server.sendConfig();
    await server.sendPlan([server.item('missing', 'f'.repeat(64), Date.now() + 400, 500)]);
    await waitFor(() => server.playbacks.length === 3, 'the third record');
    expect(outcomes()).toEqual({
      muted: 'skipped muted',
      outside: 'skipped outsideWindow',
      missing: 'skipped clipMissing',
    });
  });

  it('stops an item that is withdrawn while it plays, and plays nothing that was withdrawn before', async () => {
    await run();
    const clip = server.addClip(clipOf(3));
    await server.sendConfig();
    const at = Date.now() + 1_500;
    const items = [server.item('kept', clip, at, 60_000), server.item('later', clip, at + 60_000, 500)];
    await server.sendPlan(items);
    await waitFor(() => server.lastStatus?.online === true && server.lastStatus.playing !== null, 'the item to play');
    await server.sendPlan([]);
    await waitFor(() => server.playbacks.length === 1, 'its record');
    expect(outcomes()).toEqual({ kept: 'partly withdrawn' });
    expect(server.playbacks[0]?.heardMs).toBeLessThan(30_000);
  });

  it('reports what passed while it was off, once, and does not judge what the plan cut off', async () => {
    await run();
    const clip = server.addClip(clipOf(4));
    await server.sendConfig();
    const now = Date.now();
    await server.sendPlan([server.item('tomorrow', clip, now + 2_000, 200)]);
    await waitFor(() => server.lastStatus?.online === true && server.lastStatus.planSeq === 1, 'the plan');
    await stop();
    await waitFor(() => Date.now() > now + 2_600, 'its time to pass');
    await run(null);
    await waitFor(() => server.playbacks.length === 1, 'the record');
    expect(outcomes()).toEqual({ tomorrow: 'skipped boxOff' });
    const from = Date.now() + 500;
    const items = [server.item('cut', clip, now - 5_000, 200), server.item('next', clip, from + 1_500, 200)];
    await server.sendPlan(items, from);
    await waitFor(() => server.playbacks.length === 2, 'the next record');
    expect(outcomes()).toEqual({ tomorrow: 'skipped boxOff', next: 'played' });
  });

  it('sends again until the receipt comes, in the same numbers', async () => {
    server.receipts = false;
    await run();
    const clip = server.addClip(clipOf(5));
    await server.sendConfig();
    await server.sendPlan([server.item('a', clip, Date.now() + 1_000, 200)]);
    await waitFor(() => server.playbacks.length === 1, 'the record');
    const first = server.playbacks[0];
    server.cutConnections();
    await waitFor(() => (server.seen.get(first?.n ?? 0) ?? 0) > 1, 'the record again after the connection was lost');
    await stop();
    server.receipts = true;
    await run();
    await waitFor(() => server.lastStatus?.online === true && server.lastStatus.unreported === 0, 'the receipt');
    expect(server.playbacks).toEqual([first]);
  });

  it('answers commands once: log tail, test tone inside the windows, records again', async () => {
    const { player } = await run();
    await server.sendConfig();
    await waitFor(() => server.lastStatus?.online === true && server.lastStatus.configSeq === 1, 'the configuration');
    const token = await server.sendCommand('cmd-log', { kind: 'logTail', lines: 5 });
    await server.sendCommand('cmd-tone', { kind: 'testTone', seconds: 1 });
    await server.publishRaw(`loaban/v1/agents/${AGENT}/command`, token);
    await server.sendCommand('cmd-again', { kind: 'reReport', fromN: 1 });
    const results = () => [...server.records.values()].filter((record) => record.kind === 'result');
    await waitFor(() => results().length === 3, 'three results');
    expect(results().map((result) => [result.command, result.ok])).toEqual([
      ['cmd-log', true],
      ['cmd-tone', true],
      ['cmd-again', true],
    ]);
    expect(results()[0]?.detail.split('\n').length).toBeGreaterThan(1);
    expect(player.witnessed.map((witnessed) => witnessed.itemId)).toEqual(['test-tone']);
    expect(player.witnessed[0]?.bytes).toBe(44 + 96_000);
  });

  it('keeps the last good plan when a signed one makes no sense', async () => {
    await run();
    const clip = server.addClip(clipOf(6));
    await server.sendConfig();
    const at = Date.now() + 2_000;
    await server.sendPlan([server.item('good', clip, at, 300)]);
    await server.send('plan', { ...server.plan([]), until: 'soon' }, true);
    await waitFor(() => server.playbacks.length === 1, 'the record');
    expect(outcomes()).toEqual({ good: 'played' });
    await waitFor(() => server.faults('plan.invalid').length === 1, 'the fault');
  });
});

describe('downloads', () => {
  it('resume after a cut, refuse wrong bytes, and end in a checked clip', async () => {
    await run();
    const clip = server.addClip(Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251)));
    const spoilt = server.addClip(clipOf(9));
    server.trouble.set(clip, { cutAfter: 100_000, cuts: 1 });
    server.trouble.set(spoilt, { wrong: 1 });
    await server.sendConfig();
    const at = Date.now() + 6_000;
    await server.sendPlan([server.item('a', clip, at, 200), server.item('b', spoilt, at + 200, 200)]);
    await waitFor(() => server.playbacks.length === 2, 'both records');
    expect(outcomes()).toEqual({ a: 'played', b: 'played' });
    expect(server.requests.filter((r) => r.url.includes(clip)).map((r) => r.range)).toEqual([
      undefined,
      'bytes=100000-',
    ]);
    expect(server.faults('clip.wrongHash')).toHaveLength(1);
  });
});
