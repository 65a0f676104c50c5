import { topicFor } from '../../shared/contract/topics.ts';
import { Fault } from '../../shared/core/fault.ts';
import { NO_FLOOR } from '../domain/clockTrust.ts';
import type { Damage } from '../ports/documents.ts';
import type { Storage } from '../ports/storage.ts';
import { AgentJournal } from './agentJournal.ts';
import { ClockKeeper } from './clockKeeper.ts';
import {
  clipsState,
  clockState,
  commandsState,
  heldMessage,
  type Identity,
  identityState,
  marksState,
  seenState,
} from './documents.ts';
import { enrolled } from './enrol.ts';
import { loadHeld } from './heldMessages.ts';
import { startHousekeeping } from './housekeeping.ts';
import { makeParts, type StateFiles, type VillageAgentDeps } from './parts.ts';
import { settleInterrupted } from './settleInterrupted.ts';

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
    const marks = await open('marks', marksState, { reserved: 0, upTo: 0 });
    const { identity, serverTime } = await enrolled({
      server: this.#deps.server,
      code: this.#deps.enrolCode,
      state: identityFile,
      marks,
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
      marks,
    });
  }

  async #assemble(
    identity: Identity,
    keeper: ClockKeeper,
    storage: Storage,
    found: readonly Damage[],
    files: StateFiles,
  ): Promise<void> {
    const { random, log } = this.#deps;
    const { agentId } = identity;
    const opened = await storage.journal();
    this.#ends.push({ what: 'journal', end: () => opened.file.close() });
    const journal = await AgentJournal.open(opened, files.marks, keeper.stamp());

    const parts = makeParts({ ...this.#deps, identity, keeper, journal, files });
    const { bus, target, verifier, faults, clips, commands, outbox, inbox, status, playback, reconciler, will } = parts;

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
        ...parts.areas().map((area) => topicFor('interrupt', area)),
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
