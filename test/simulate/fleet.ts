import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { moveDurably } from '../../agent/adapters/files/durable.ts';
import { directNetwork } from '../../agent/adapters/network/directNetwork.ts';
import { FfmpegClipDecoder } from '../../agent/adapters/sound/clipDecoder.ts';
import { resolveFfmpegPath } from '../../agent/adapters/sound/ffmpegPath.ts';
import { SystemSoundClock } from '../../agent/adapters/sound/systemClock.ts';
import { NullSink } from '../../agent/adapters/sound/virtual/nullSink.ts';
import { type ComposedAgent, composeAgent } from '../../agent/compose.ts';
import { WarmPlayer } from '../../agent/loop/player.ts';
import type { AgentLog } from '../../agent/ports/log.ts';
import { area } from '../../shared/contract/api/area.ts';
import { pageOf } from '../../shared/contract/api/paging.ts';
import { type Api, ApiRefusal } from '../kit/api.ts';
import { SharedDecoder } from './sharedDecoder.ts';

/** Code of the commune that simulated villages belong to, so that nobody takes them for real ones. */
const COMMUNE_CODE = 'SIM';
/** Enrolled at the same time. */
const WIDTH = 8;

export interface FleetOptions {
  readonly api: Api;
  readonly villages: number;
  /** Folder for the agents' data. */
  readonly folder: string;
  /** Hears of warnings and errors of any agent. */
  readonly trouble: (agentId: string, message: string, fields: object) => void;
  /** Hears how many agents are started. */
  readonly progress: (started: number) => void;
}

export interface Fleet {
  readonly communeId: string;
  readonly agentIds: readonly string[];
  /** Stops all agents. With `revoke`, takes them off the server as well. */
  stop(revoke: boolean): Promise<void>;
}

async function findArea(api: Api, code: string): Promise<string | null> {
  const found = await api.call(pageOf(area), 'GET', `/areas?code=${code}`);
  return found.items[0]?.id ?? null;
}

async function ensureCommune(api: Api): Promise<string> {
  const known = await findArea(api, COMMUNE_CODE);
  if (known !== null) return known;
  const { id } = await api.createArea({
    code: COMMUNE_CODE,
    name: 'Xã mô phỏng',
    kind: 'commune',
    validFrom: '2025-07-01',
  });
  await api.putWindows(id, [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }]);
  return id;
}

async function ensureVillage(api: Api, parentId: string, number: number): Promise<string> {
  const code = `${COMMUNE_CODE}-${number}`;
  return (
    (await findArea(api, code)) ??
    (
      await api.createArea({
        code,
        name: `Thôn mô phỏng ${number}`,
        kind: 'village',
        parentId,
        validFrom: '2025-07-01',
        languages: ['vi'],
      })
    ).id
  );
}

/** Agents of the real code in this process, each with its own folder, connection and journal, and a silent sink. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { api, folder } = options;
  const communeId = await ensureCommune(api);
  const soundLog = { info: () => undefined, warn: () => undefined };
  const decoder = new SharedDecoder(new FfmpegClipDecoder(resolveFfmpegPath(process.env, soundLog)));
  const clock = new SystemSoundClock();
  const agents: { id: string; agent: ComposedAgent }[] = [];
  const stop = async (revoke: boolean): Promise<void> => {
    await Promise.all(agents.map(({ agent }) => agent.stop()));
    if (revoke) for (const { id } of agents) await revokeAgent(api, id);
  };

  const startOne = async (number: number): Promise<void> => {
    const villageId = await ensureVillage(api, communeId, number);
    const { agentId, code } = await api.createAgent({ villageId, name: `Mô phỏng ${number}` });
    const data = join(folder, `agent-${number}`);
    mkdirSync(data, { recursive: true });
    const log: AgentLog = {
      info: () => undefined,
      warn: (fields, message) => options.trouble(agentId, message, fields),
      error: (fields, message) => options.trouble(agentId, message, fields),
      tail: () => [],
    };
    const agent = composeAgent({
      server: api.url,
      data,
      sink: 'null',
      player: new WarmPlayer({ sink: new NullSink(clock), decoder, clock, log: soundLog }),
      enrolCode: code,
      log,
      network: directNetwork(moveDurably),
      keepFreeBytes: 0,
    });
    agents.push({ id: agentId, agent });
    await agent.start();
    options.progress(agents.length);
  };

  try {
    let next = 1;
    const worker = async (): Promise<void> => {
      while (next <= options.villages) await startOne(next++);
    };
    await Promise.all(Array.from({ length: Math.min(WIDTH, options.villages) }, worker));
  } catch (error) {
    await stop(true);
    throw error;
  }
  return { communeId, agentIds: agents.map(({ id }) => id), stop };
}

async function revokeAgent(api: Api, id: string): Promise<void> {
  const answer = await api.request('DELETE', `/agents/${id}`);
  if (!answer.ok && answer.status !== 404) throw new Error(`agent ${id} could not be revoked: ${answer.status}`);
  await answer.arrayBuffer();
}

/** What a refusal means for whoever runs the simulation. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiRefusal) return error.message;
  if (error instanceof TypeError) return `the server does not answer (${String(error.cause ?? error.message)})`;
  return error instanceof Error ? error.message : String(error);
}
