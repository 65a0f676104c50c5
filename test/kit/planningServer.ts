import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSigner } from '../../server/adapters/crypto/openSigner.ts';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import { writeDurably } from '../../server/adapters/files/writeDurably.ts';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import { createEventHub } from '../../server/adapters/system/eventHub.ts';
import { openLog } from '../../server/adapters/system/pinoLogger.ts';
import { systemRandom } from '../../server/adapters/system/systemRandom.ts';
import type { BrokerAccount } from '../../server/ports/messaging.ts';
import type { ServerParts } from '../../server/ports/parts.ts';
import type { Actor, ServerEvent } from '../../server/ports/system.ts';
import { createAgent } from '../../server/usecases/agents/createAgent.ts';
import { enrolAgent } from '../../server/usecases/agents/enrolAgent.ts';
import { makeStatusKeeper, type StatusKeeper } from '../../server/usecases/agents/statusKeeper.ts';
import { type LedgerIntake, makeLedgerIntake } from '../../server/usecases/ledger/intake.ts';
import { makeBusListener } from '../../server/usecases/plans/busListener.ts';
import { makePlanRefresh, type RunningPlanRefresh } from '../../server/usecases/plans/planRefresh.ts';
import { makeOutboxPump, type OutboxPump } from '../../server/usecases/plans/publishPlans.ts';
import { createScheduleRule } from '../../server/usecases/scheduleRules/createScheduleRule.ts';
import type { Enrolment } from '../../shared/contract/api/agent.ts';
import { newScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import { type PlanMessage, planMessage } from '../../shared/contract/messages/plan.ts';
import { Fault } from '../../shared/core/fault.ts';
import { DEFAULT_ZONE } from '../../shared/core/time.ts';
import { FakeBus } from './fakeBus.ts';
import { aBulletin, aCampaign, aClip, anArea, aPolicy } from './planning.ts';
import { waitFor } from './wait.ts';

export const STAFF: Actor = { id: 'usr-staff' };

/** Eve of Tết 2026, a Monday, 04:00 in Việt Nam: before the morning window. */
export const DAWN = Date.parse('2026-02-16T04:00:00+07:00');

type Parts = Pick<
  ServerParts,
  'store' | 'clock' | 'random' | 'log' | 'events' | 'signer' | 'bus' | 'accounts' | 'secrets' | 'plans' | 'settings'
>;

/** The planning half of the server on its real parts; only the bus is a stand-in and the clock is moved by hand. */
export class PlanningServer {
  readonly parts: Parts;
  readonly bus: FakeBus;
  readonly clock: { now: number };
  readonly events: ServerEvent[] = [];
  accounts: readonly BrokerAccount[] = [];
  intake: LedgerIntake;
  readonly #folder: string;
  #pump: OutboxPump;
  #plans: RunningPlanRefresh;
  #statuses: StatusKeeper;

  private constructor(base: Omit<Parts, 'plans' | 'accounts' | 'bus'>, clock: { now: number }, folder: string) {
    this.bus = new FakeBus();
    this.clock = clock;
    this.#folder = folder;
    const accounts = {
      replaceAll: async (all: readonly BrokerAccount[]) => {
        this.accounts = all;
      },
    };
    this.parts = { ...base, bus: this.bus, accounts, plans: { refresh: (cause) => this.#plans.refresh(cause) } };
    this.parts.events.subscribe((event) => this.events.push(event));
    this.#pump = makeOutboxPump(this.parts);
    this.#plans = makePlanRefresh(this.parts, () => this.#pump.poke());
    this.intake = makeLedgerIntake(this.parts);
    this.#statuses = makeStatusKeeper(this.parts, () => this.#pump.poke());
  }

  static async open(url = 'sqlite::memory:'): Promise<PlanningServer> {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-planning-'));
    const log = openLog('silent');
    const clock = { now: DAWN };
    const base = {
      store: await openStore({ url, log }),
      clock: { now: () => clock.now },
      random: systemRandom,
      log,
      events: createEventHub(log),
      signer: await openSigner({ file: join(folder, 'key.pem'), writeDurably, log }),
      secrets: createSecrets(),
      settings: {
        zone: DEFAULT_ZONE,
        maxUploadBytes: 1_000_000,
        loudness: { lufs: -16, truePeakDb: -1.5 },
        maxClipMs: 3_600_000,
        planDays: 7,
        agentMqttUrl: 'mqtt://127.0.0.1:1883',
        statusEverySeconds: 60,
      },
    };
    const server = new PlanningServer(base, clock, folder);
    await server.#listen();
    return server;
  }

  async #listen(): Promise<void> {
    const { intake, parts } = this;
    await this.bus.start(makeBusListener({ intake, statuses: this.#statuses, pump: this.#pump, log: parts.log }));
  }

  /** Ends all that runs and begins anew on the same database, as after a restart of the process. */
  async restart(): Promise<void> {
    await this.#stopRunning();
    this.#pump = makeOutboxPump(this.parts);
    this.#plans = makePlanRefresh(this.parts, () => this.#pump.poke());
    this.intake = makeLedgerIntake(this.parts);
    this.#statuses = makeStatusKeeper(this.parts, () => this.#pump.poke());
    await this.#listen();
  }

  async close(): Promise<void> {
    await this.#stopRunning();
    await this.parts.store.close();
    await rm(this.#folder, { recursive: true });
  }

  async #stopRunning(): Promise<void> {
    await this.intake.stop();
    await this.#statuses.stop();
    await this.#plans.stop();
    await this.#pump.stop();
    await this.bus.stop();
  }

  /** A province with a commune of villages a and b, windows morning and evening, and an approved bulletin in a campaign. */
  async fill(): Promise<void> {
    await this.parts.store.transaction(async (rows) => {
      await rows.areas.insert(anArea('are-top', null));
      await rows.areas.insert(anArea('are-xa', 'are-top', { kind: 'commune' }));
      for (const name of ['a', 'b']) await rows.areas.insert(anArea(`are-${name}`, 'are-xa', { name: `Bản ${name}` }));
      await rows.areas.insert(anArea('are-empty', 'are-top', { kind: 'commune' }));
      const morning = aPolicy('05:00', '06:00').windows;
      const evening = aPolicy('17:00', '18:00').windows;
      await rows.windowPolicies.put('are-top', { ...aPolicy(), windows: [...morning, ...evening] });
      await rows.campaigns.insert(aCampaign('cam-1', { themes: [{ id: 'thm-1', name: 'Đường sạch, ngõ đẹp' }] }));
      await rows.bulletins.insert(
        aBulletin('bul-1', { title: '=Vệ sinh "đường làng"', campaignId: 'cam-1', themeId: 'thm-1' }),
      );
      await rows.bulletins.insert(aBulletin('bul-2'));
      await rows.bulletins.insert(aBulletin('bul-alarm', { class: 'emergency' }));
      await rows.clips.insert(aClip('clp-1', 'bul-1', 90_000));
      await rows.clips.insert(aClip('clp-draft', 'bul-2', 60_000, { state: 'submitted', approvedSha256: null }));
      await rows.clips.insert(aClip('clp-alarm', 'bul-alarm', 60_000));
    });
  }

  /** A box in a village, enrolled. */
  async box(villageId: string, installation = 'a'.repeat(32)): Promise<Enrolment> {
    const { enrolmentCode } = await createAgent(this.parts, STAFF, { villageId, name: `Cụm ${villageId}` });
    return await enrolAgent(this.parts, { code: enrolmentCode.code, installation });
  }

  rule(over: Record<string, unknown> = {}) {
    const input = { bulletinId: 'bul-1', areaIds: ['are-top'], weekdays: ['mon', 'tue'], times: ['05:10'], ...over };
    return createScheduleRule(this.parts, STAFF, newScheduleRule.parse(input));
  }

  /** Waits until the broker has all that is signed. */
  async published(): Promise<void> {
    const { outgoing } = this.parts.store.repositories;
    await waitFor(async () => (await outgoing.unpublished(1)).length === 0, 'the outbox to be empty');
  }

  /** The newest plan that went out to an agent, with its number. */
  plan(agentId: string): PlanMessage & { seq: number } {
    const claims = this.bus.of('plan', agentId).at(-1);
    if (!claims) throw new Error(`no plan for ${agentId}`);
    return { ...planMessage.parse(claims.body), seq: claims.seq };
  }
}

/** The fault that a promise rejects with; another error, or none, fails the test. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('expected a Fault, but it was accepted');
}
