import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { agentView } from '../../shared/contract/api/agent.ts';
import { pageOf } from '../../shared/contract/api/paging.ts';
import { ServerProcess } from '../kit/stack.ts';
import { writeSynthClip } from '../kit/synthClip.ts';
import { waitFor } from '../kit/wait.ts';
import { addBulletin, buildWorld, scheduleAt } from '../kit/world.ts';
import { startFleet } from '../simulate/fleet.ts';
import { type BenchResult, median } from './result.ts';

const BOXES = 500;
const ROUNDS = 5;
/** About what a plan of a week weighs once it is signed. */
const PAYLOAD = Buffer.alloc(8_192, 'x');

/** The barest way to the same end: one retained message of a plan's size to each of 500 topics, one client listening to all. */
async function floor(): Promise<number> {
  const broker = await Aedes.createBroker();
  const listening = createServer(broker.handle);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port for the floor');
  const url = `mqtt://127.0.0.1:${address.port}`;
  const [sender, listener] = [await mqtt.connectAsync(url), await mqtt.connectAsync(url)];
  try {
    let heard = 0;
    listener.on('message', () => {
      heard += 1;
    });
    await listener.subscribeAsync('agents/+/plan', { qos: 1 });
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      heard = 0;
      const start = performance.now();
      await Promise.all(
        Array.from({ length: BOXES }, (_, index) =>
          sender.publishAsync(`agents/agt-${index}/plan`, PAYLOAD, { qos: 1, retain: true }),
        ),
      );
      await waitFor(() => heard === BOXES, 'the floor to be heard');
      times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    await Promise.all([sender.endAsync(), listener.endAsync()]);
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    listening.close();
  }
}

/**
 * From the request that makes a rule for a commune to the moment at which the last of 500 boxes says that it holds the
 * new plan: compile, sign, commit, publish, verify, store on disk, acknowledge, report. The boxes share one process, and
 * one core, among them.
 */
export async function benchPublish(): Promise<readonly BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loaban-publish-'));
  const server = await ServerProcess.start({ dataDir: join(folder, 'server'), logFile: join(folder, 'server.log') });
  let fleet: Awaited<ReturnType<typeof startFleet>> | null = null;
  try {
    const { api } = server;
    const world = await buildWorld(api, [], Date.now(), () => undefined, ['Đo']);
    const clip = join(folder, 'clip.wav');
    writeSynthClip(clip, 1, 20);
    fleet = await startFleet({
      api,
      villages: BOXES,
      folder: join(folder, 'boxes'),
      trouble: () => undefined,
      progress: () => undefined,
    });
    const { communeId, agentIds } = fleet;
    const bulletin = await addBulletin(
      api,
      { ...world, communeId, campaignId: await campaignFor(api, communeId), themes: [] },
      { title: 'Đo', theme: 'Đo', clips: [{ path: clip, language: 'vi', voice: 'synth' }] },
      () => undefined,
    );
    const held = async (): Promise<{ planSeq: number; holds: number }> => {
      const { items } = await api.call(pageOf(agentView), 'GET', '/agents?limit=1000');
      const own = items.filter(({ id }) => agentIds.includes(id));
      return {
        planSeq: Math.min(...own.map(({ planSeq }) => planSeq)),
        holds: own.filter(({ status, planSeq }) => status?.online === true && status.planSeq === planSeq).length,
      };
    };
    await waitFor(async () => (await held()).holds === BOXES, 'all boxes to hold a plan', 120_000);
    const whole: number[] = [];
    const committed: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = (await held()).planSeq;
      const times = Array.from(
        { length: 20 },
        (_, index) => Date.now() + 3_600_000 * 2 + (round * 20 + index) * 30_000,
      );
      const start = performance.now();
      await scheduleAt(
        api,
        bulletin.id,
        [communeId],
        times.map((time) => Math.ceil(time / 1000) * 1000),
      );
      committed.push(performance.now() - start);
      await waitFor(
        async () => {
          const now = await held();
          return now.planSeq > before && now.holds === BOXES;
        },
        'all boxes to hold the new plan',
        120_000,
      );
      whole.push(performance.now() - start);
    }
    const bare = await floor();
    return [
      {
        name: `plan to ${BOXES} boxes, request to the last box that holds it`,
        unit: 'ms',
        floor: bare,
        ours: median(whole),
        ratio: median(whole) / bare,
        aim: 'none set; the floor is 500 bare messages of 8 KiB through the same broker',
        notes: [
          `compiled, signed and committed after ${median(committed).toFixed(0)} ms (the request's answer)`,
          `rounds: ${whole.map((time) => time.toFixed(0)).join(', ')} ms; server and 500 boxes on two cores`,
        ],
      },
    ];
  } finally {
    await fleet?.stop(false);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function campaignFor(api: ServerProcess['api'], communeId: string): Promise<string> {
  const today = new Date().toISOString().slice(0, 10);
  const campaign = await api.createCampaign({
    name: 'Đo',
    from: today,
    to: `${Number(today.slice(0, 4)) + 1}-12-31`,
    areaIds: [communeId],
  });
  return campaign.id;
}
