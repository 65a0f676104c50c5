import { TOPICS, topicFor } from '../../shared/contract/topics.ts';
import { Fault } from '../../shared/core/fault.ts';
import type { Instant } from '../../shared/core/time.ts';
import { NO_FLOOR } from '../domain/clockTrust.ts';
import type { ServerBus } from '../ports/bus.ts';
import type { ClipFetcher, ClipFolder } from '../ports/clips.ts';
import type { AgentClock, Random } from '../ports/clock.ts';
import type { Damage, Document } from '../ports/documents.ts';
import type { MachineHealth } from '../ports/health.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Player } from '../ports/player.ts';
import type { Poster } from '../ports/poster.ts';
import type { Storage } from '../ports/storage.ts';
import type { Timetable } from '../ports/timetable.ts';
import type { ToneMaker } from '../ports/tone.ts';
import type { SignatureVerifier } from '../ports/verifier.ts';
import { makeAcceptors } from './accept.ts';
import { AgentJournal } from './agentJournal.ts';
import { ClipDesk } from './clipDesk.ts';
import { ClockKeeper } from './clockKeeper.ts';
import { Commands } from './commands.ts';
import {
  clipsState,
  clockState,
  commandsState,
  type HeldMessage,
  heldMessage,
  type Identity,
  identityState,
  marksState,
  seenState,
} from './documents.ts';
import { enrolled } from './enrol.ts';
import { Exclusive } from './exclusive.ts';
import { FaultDesk } from './faultDesk.ts';
import { loadHeld } from './heldMessages.ts';
import { startHousekeeping } from './housekeeping.ts';
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

/** How long the end may wait for each of its parts, in ms. Together below the five seconds that an operator is promised. */
const END_MS = { sound: 2_000, reports: 700, device: 500 };

/** One village box: from its data folder to its last word. `start` and `stop` are called once each. */
export class VillageAgent {
  readonly #deps: VillageAgentDeps;
  readonly #stopping = new AbortController();
  /** What was begun, ended in the opposite order. */
  readonly #ends: { readonly what: string; readonly end: () => Promise<void> | void }[] = [];
  #started: Promise<void> | null = null;

  constructor(deps: VillageAgentDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the agent runs: enrolled and playing its plan, whether or not the server can be reached.
   * @throws Fault with a line for the operator
   */
  start(): Promise<void> {
    this.#started ??= this.#start().catch(async (cause: unknown) => {
      await this.#end();
      throw cause;
    });
    return this.#started;
  }

  /** Stops what sounds, writes it down, says goodbye and lets go of everything. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#started?.catch(() => undefined); // who started it hears of that
    await this.#end();
  }

  async #start(): Promise<void> {
    const { clock, random, log } = this.#deps;
    this.#ends.push({ what: 'sound device', end: () => this.#within(END_MS.device, this.#deps.player.close()) });
    const storage = await this.#deps.openStorage();
    this.#ends.push({ what: 'data folder', end: () => storage.release() });
    const found: Damage[] = [];
    const open = async <T>(name: string, schema: Parameters<typeof storage.document<T>>[1], initial: T) => {
      const { document, damage } = await storage.document(name, schema, initial);
      if (damage !== null) found.push(damage);
      return document;
    };
    const identityFile = await open('identity', identityState, {
      installation: this.#deps.drawInstallation(),
      identity: null,
    });
    // On the disk before the first question: an answer that is lost can then be asked for again.
    if (identityFile.value.identity === null) await identityFile.save(identityFile.value);
    const { identity, serverTime } = await enrolled({
      server: this.#deps.server,
      code: this.#deps.enrolCode,
      state: identityFile,
      poster: this.#deps.network,
      clock,
      random,
      log,
      signal: this.#stopping.signal,
    });
    this.#deps.named(identity.agentId);
    this.#goOnOrThrow();
    const keeper = new ClockKeeper(clock, await open('clock', clockState, NO_FLOOR));
    if (serverTime !== null) await keeper.sawSigned(serverTime);
    await this.#assemble(identity, keeper, storage, found, {
      plan: await open('plan', heldMessage, null),
      config: await open('config', heldMessage, null),
      seen: await open('seen', seenState, {}),
      clips: await open('clips', clipsState, {}),
      commands: await open('commands', commandsState, { taken: [], owed: [] }),
      marks: await open('marks', marksState, { reserved: 0, upTo: 0 }),
    });
  }

  async #assemble(
    identity: Identity,
    keeper: ClockKeeper,
    storage: Storage,
    found: readonly Damage[],
    files: {
      plan: Document<HeldMessage>;
      config: Document<HeldMessage>;
      seen: Document<ReturnType<typeof seenState.parse>>;
      clips: Document<ReturnType<typeof clipsState.parse>>;
      commands: Document<ReturnType<typeof commandsState.parse>>;
      marks: Document<ReturnType<typeof marksState.parse>>;
    },
  ): Promise<void> {
    const { clock, random, log, player, health } = this.#deps;
    const { agentId } = identity;
    const stamp = (): Instant => keeper.stamp();
    const now = (): Instant => clock.now();
    const opened = await storage.journal();
    this.#ends.push({ what: 'journal', end: () => opened.file.close() });
    const journal = await AgentJournal.open(opened, files.marks, stamp());

    const exclusive = new Exclusive();
    const target = new Target();
    const verifier = this.#deps.makeVerifier(identity);
    const will = { topic: topicFor('status', agentId), payload: offlineStatus(agentId) };
    const bus = this.#deps.makeBus(identity, will);
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
      folder: this.#deps.clips,
      fetcher: this.#deps.network,
      index: files.clips,
      server: this.#deps.server,
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
      clipPath: (sha256) => this.#deps.clips.path(sha256),
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
      keepFreeBytes: this.#deps.keepFreeBytes,
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
      tone: { make: this.#deps.makeTone, path: this.#deps.clips.scratchPath('test-tone.wav') },
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
      versions: this.#deps.versions,
      sink: this.#deps.sink,
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

    for (const damage of [...found, ...opened.damage]) faults.report('state.corrupt', damage.detail);
    for (const trouble of await loadHeld({ agentId, verifier, plan: files.plan, config: files.config, target }))
      faults.report('state.unbelievable', trouble);
    await settleInterrupted(journal, keeper);
    await clips.load();
    await commands.settleOwed();
    this.#goOnOrThrow();

    bus.open({
      topics: () => [
        ...(['plan', 'config', 'command', 'receipt'] as const).map((name) => topicFor(name, agentId)),
        ...areas().map((area) => topicFor('interrupt', area)),
      ],
      online: () => {
        log.info({ agent: agentId }, 'connected to the broker');
        clips.networkBack();
        outbox.restart();
        reconciler.poke();
        status.poke(0);
      },
      offline: () => undefined, // logged by the bus; the plan goes on without it
      message: (topic, payload) => inbox.receive(topic, payload),
      oversized: (topic, bytes) => inbox.oversized(topic, bytes),
    });
    this.#ends.push({ what: 'broker', end: () => bus.close(will) });
    this.#ends.push({ what: 'reports', end: () => outbox.close(END_MS.reports) });
    this.#ends.push({ what: 'status', end: () => status.close() });
    this.#ends.push({ what: 'clock', end: () => keeper.persist() });
    this.#ends.push({ what: 'downloads', end: () => this.#within(END_MS.device, clips.close()) });
    this.#ends.push({ what: 'playback', end: () => this.#within(END_MS.sound, playback.close()) });
    this.#ends.push({ what: 'commands', end: () => this.#within(END_MS.device, commands.close()) });
    this.#ends.push({ what: 'reconciling', end: () => this.#within(END_MS.device, reconciler.close()) });
    const minute = Math.floor(random() * 60);
    const stopHousekeeping = await startHousekeeping({
      timetable: this.#deps.timetable,
      target,
      clips,
      journal,
      keeper,
      log,
      minute,
    });
    this.#ends.push({ what: 'housekeeping', end: stopHousekeeping });
    reconciler.poke();
    log.info({ agent: agentId, plan: target.plan?.seq ?? 0, sink: this.#deps.sink }, 'agent runs');
  }

  /** Between the stages of a start: a stop that was asked for meanwhile ends it here. */
  #goOnOrThrow(): void {
    if (this.#stopping.signal.aborted) throw new Fault('unavailable', 'agent.stopped', 'stopped while starting');
  }

  async #end(): Promise<void> {
    for (let next = this.#ends.pop(); next !== undefined; next = this.#ends.pop()) {
      try {
        await next.end();
      } catch (cause) {
        this.#deps.log.error({ part: next.what, cause }, 'a part did not end well');
      }
    }
  }

  /** Waits for work, but not longer than `ms`. */
  async #within(ms: number, work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(ms, resolve);
    await Promise.race([work, promise]);
    cancel();
  }
}

/** Items that were playing when the power went: one record each, with what had been noted as heard. */
async function settleInterrupted(journal: AgentJournal, keeper: ClockKeeper): Promise<void> {
  for (const open of [...journal.open.values()])
    await journal.record(
      {
        kind: 'playback',
        recordedAt: keeper.stamp(),
        item: open.item,
        planSeq: open.planSeq,
        clip: open.clip,
        at: open.at,
        outcome: 'partly',
        reason: 'interrupted',
        startedAt: open.startedAt,
        heardMs: Math.round(open.heardMs),
        clock: keeper.trusted ? 'trusted' : 'untrusted',
      },
      open.at + open.durationMs,
    );
}
