import { randomBytes } from 'node:crypto';
import { TOPIC_NAMES, TOPICS } from '../shared/contract/topics.ts';
import { nodeCronTimetable } from './adapters/cron/nodeCronTimetable.ts';
import { joseVerifier } from './adapters/crypto/joseVerifier.ts';
import { clipsFolder, openDataFolder } from './adapters/files/dataFolder.ts';
import { DiskClips } from './adapters/files/diskClips.ts';
import { writeTone } from './adapters/files/toneFile.ts';
import { MqttBus } from './adapters/mqtt/mqttBus.ts';
import { machineHealth } from './adapters/system/machineHealth.ts';
import { systemClock } from './adapters/system/systemClock.ts';
import { VillageAgent } from './loop/villageAgent.ts';
import type { ClipFetcher } from './ports/clips.ts';
import type { AgentClock, Random } from './ports/clock.ts';
import type { AgentLog } from './ports/log.ts';
import type { Player } from './ports/player.ts';
import type { Poster } from './ports/poster.ts';
import type { Timetable } from './ports/timetable.ts';
import { AGENT_VERSION } from './version.ts';

export interface AgentOptions {
  /** Address of the server, http or https. */
  readonly server: string;
  /** Folder for this agent alone; made if need be. */
  readonly data: string;
  /** The sink's name, for the status. */
  readonly sink: string;
  readonly player: Player;
  readonly enrolCode?: string | null;
  readonly log: AgentLog;
  /** Told as soon as it is known who this agent is. */
  readonly named?: (agentId: string) => void;
  /** How HTTP is done: in a child process on a box, in this process for many simulated agents. */
  readonly network: ClipFetcher & Poster;
  /** Space that downloads leave free, in bytes. */
  readonly keepFreeBytes?: number;
  /** The first connection is made within this time, drawn evenly, in ms. */
  readonly firstSpreadMs?: number;
  readonly clock?: AgentClock;
  readonly random?: Random;
  readonly timetable?: Timetable;
}

export interface ComposedAgent {
  /** Resolves when it runs; rejects with a `Fault` that has a line for the operator. */
  start(): Promise<void>;
  /** Ends it in order, within five seconds. Never rejects. */
  stop(): Promise<void>;
}

const DEFAULT_KEEP_FREE = 50_000_000;
/** Room for a packet's topic and header beside the largest payload that any topic allows. */
const PACKET_SLACK = 4_096;

/** Builds one agent from its adapters. Nothing is shared between two of them, so that a process may hold many. */
export function composeAgent(options: AgentOptions): ComposedAgent {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  return new VillageAgent({
    server: options.server,
    enrolCode: options.enrolCode ?? null,
    sink: options.sink,
    versions: { agent: AGENT_VERSION, node: process.version },
    keepFreeBytes: options.keepFreeBytes ?? DEFAULT_KEEP_FREE,
    openStorage: () => openDataFolder(options.data, () => clock.now(), randomBytes(8).toString('hex')),
    makeBus: ({ agentId, mqtt }, will) =>
      new MqttBus({
        ...mqtt,
        clientId: agentId,
        will,
        mostBytes: Math.max(...TOPIC_NAMES.map((name) => TOPICS[name].maxBytes)) + PACKET_SLACK,
        clock,
        random,
        log: options.log,
        firstSpreadMs: options.firstSpreadMs ?? 0,
      }),
    makeVerifier: (identity) => joseVerifier(identity.serverKey),
    player: options.player,
    clips: new DiskClips(clipsFolder(options.data)),
    network: options.network,
    health: machineHealth(options.data),
    timetable: options.timetable ?? nodeCronTimetable,
    makeTone: writeTone,
    clock,
    random,
    drawInstallation: () => randomBytes(16).toString('hex'),
    log: options.log,
    named: options.named ?? (() => undefined),
  });
}
