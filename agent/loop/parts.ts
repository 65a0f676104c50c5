import { TOPICS, topicFor } from '../../shared/contract/topics.ts';
import type { Instant } from '../../shared/core/time.ts';
import type { ServerBus } from '../ports/bus.ts';
import type { ClipFetcher, ClipFolder } from '../ports/clips.ts';
import type { AgentClock, Random } from '../ports/clock.ts';
import type { Document } from '../ports/documents.ts';
import type { MachineHealth } from '../ports/health.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Player } from '../ports/player.ts';
import type { Poster } from '../ports/poster.ts';
import type { Storage } from '../ports/storage.ts';
import type { Timetable } from '../ports/timetable.ts';
import type { ToneMaker } from '../ports/tone.ts';
import type { SignatureVerifier } from '../ports/verifier.ts';
import { makeAcceptors } from './accept.ts';
import type { AgentJournal } from './agentJournal.ts';
import { ClipDesk } from './clipDesk.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import { Commands } from './commands.ts';
import type { ClipsState, CommandsState, HeldMessage, Identity, MarksState, SeenState } from './documents.ts';
import { Exclusive } from './exclusive.ts';
import { FaultDesk } from './faultDesk.ts';
import { Inbox } from './inbox.ts';
import { Outbox } from './outbox.ts';
import { Playback } from './playback.ts';
import { Reconciler } from './reconciler.ts';
import { offlineStatus, StatusDesk } from './statusDesk.ts';
import { Target } from './target.ts';

/** What an agent is made of. Everything outside is behind a port, so that many can live in one process. */
export interface VillageAgentDeps {
  readonly server: string;
  readonly enrolCode: string | null;
  readonly sink: string;
  readonly versions: { readonly agent: string; readonly node: string };
  readonly keepFreeBytes: number;
  readonly openStorage: () => Promise<Storage>;
  readonly makeBus: (identity: Identity, will: { topic: string; payload: string }) => ServerBus;
  readonly makeVerifier: (identity: Identity) => SignatureVerifier;
  readonly player: Player;
  readonly clips: ClipFolder;
  readonly network: ClipFetcher & Poster;
  readonly health: MachineHealth;
  readonly timetable: Timetable;
  readonly makeTone: ToneMaker;
  readonly clock: AgentClock;
  readonly random: Random;
  /** 32 hexadecimal digits that nobody else has. */
  readonly drawInstallation: () => string;
  readonly log: AgentLog;
  /** Told once, as soon as it is known who this agent is. */
  readonly named: (agentId: string) => void;
}

/** The small states of one agent, opened. */
export interface StateFiles {
  readonly plan: Document<HeldMessage>;
  readonly config: Document<HeldMessage>;
  readonly seen: Document<SeenState>;
  readonly clips: Document<ClipsState>;
  readonly commands: Document<CommandsState>;
  readonly marks: Document<MarksState>;
}

export interface PartsDeps extends VillageAgentDeps {
  readonly identity: Identity;
  readonly keeper: ClockKeeper;
  readonly journal: AgentJournal;
  readonly files: StateFiles;
}

/** The parts of the loop, joined and inert: nothing happens before the bus is opened and the reconciler poked. */
export interface Parts {
  readonly bus: ServerBus;
  readonly verifier: SignatureVerifier;
  readonly target: Target;
  readonly outbox: Outbox;
  readonly faults: FaultDesk;
  readonly clips: ClipDesk;
  readonly playback: Playback;
  readonly reconciler: Reconciler;
  readonly commands: Commands;
  readonly inbox: Inbox;
  readonly status: StatusDesk;
  /** What the broker says when this box is gone. */
  readonly will: { readonly topic: string; readonly payload: string };
  /** The areas whose interrupts are heard. */
  readonly areas: () => readonly string[];
}

/** Joins the parts of one agent. What tells of a change is wired here and nowhere else. */
export function makeParts(deps: PartsDeps): Parts {
  const { clock, random, log, player, health, identity, keeper, journal, files } = deps;
  const { agentId } = identity;
  const stamp = (): Instant => keeper.stamp();
  const now = (): Instant => clock.now();
  const exclusive = new Exclusive();
  const target = new Target();
  const verifier = deps.makeVerifier(identity);
  const will = { topic: topicFor('status', agentId), payload: offlineStatus(agentId) };
  const bus = deps.makeBus(identity, will);
  const online = (): boolean => bus.online;
  const outbox = new Outbox({
    agentId,
    journal,
    clock,
    random,
    log,
    batchRecords: () => target.config?.reporting.batchRecords ?? 50,
    online,
    publish: (payload) => bus.publish(topicFor('report', agentId), payload, TOPICS.report.retain),
  });
  const faults = new FaultDesk({
    journal,
    log,
    steady: () => clock.steady(),
    stamp,
    changed: () => {
      outbox.poke();
      status.poke();
    },
  });
  const changed = (): void => {
    reconciler.poke();
    outbox.poke();
    status.poke();
  };
  const clips = new ClipDesk({
    folder: deps.clips,
    fetcher: deps.network,
    index: files.clips,
    server: deps.server,
    faults,
    log,
    now,
    random,
    changed,
  });
  const playback = new Playback({
    player,
    journal,
    faults,
    clock,
    log,
    stamp,
    clockTrusted: () => keeper.trusted,
    clipPath: (sha256) => deps.clips.path(sha256),
    suspect: (sha256) => {
      exclusive
        .run(() => clips.recheck(sha256))
        .catch((cause: unknown) => log.error({ clip: sha256, cause }, 'a clip could not be read again'));
    },
    changed,
  });
  const reconciler = new Reconciler({
    exclusive,
    target,
    playback,
    clips,
    journal,
    keeper,
    faults,
    health,
    keepFreeBytes: deps.keepFreeBytes,
    clock,
    log,
    recorded: () => {
      outbox.poke();
      status.poke();
    },
  });
  const commands = new Commands({
    state: files.commands,
    journal,
    outbox,
    player,
    target,
    tone: { make: deps.makeTone, path: deps.clips.scratchPath('test-tone.wav') },
    log,
    now,
    stamp,
    busy: () => playback.inPlay.length > 0,
  });
  const areas = (): readonly string[] => target.config?.areas ?? identity.areas;
  const inbox = new Inbox({
    agentId,
    areas,
    verifier,
    seen: files.seen,
    clock: keeper,
    faults,
    log,
    acceptors: makeAcceptors({
      exclusive,
      planFile: files.plan,
      configFile: files.config,
      target,
      reconciler,
      clips,
      commands,
      outbox,
      journal,
      keeper,
      faults,
      log,
      areasChanged: () => {
        bus.resubscribe().catch((cause: unknown) => log.warn({ cause }, 'the areas could not be subscribed anew'));
      },
      changed,
    }),
  });
  const status = new StatusDesk({
    agentId,
    versions: deps.versions,
    sink: deps.sink,
    startedAt: stamp(),
    clock,
    keeper,
    health,
    target,
    playback,
    clips,
    journal,
    faults,
    inbox,
    log,
    online,
    publish: (payload) => bus.publish(will.topic, payload, TOPICS.status.retain),
  });

  return { bus, verifier, target, outbox, faults, clips, playback, reconciler, commands, inbox, status, will, areas };
}
