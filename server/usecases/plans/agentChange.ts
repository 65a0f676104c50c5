import type { Agent } from '../../../shared/contract/api/agent.ts';
import { ENVELOPE_LIFETIME } from '../../../shared/contract/envelope.ts';
import { canonicalJson, type Json, sha256Hex } from '../../../shared/core/canonical.ts';
import { type Instant, MINUTE, SECOND } from '../../../shared/core/time.ts';
import { configBody, planBody } from '../../domain/boxMessages.ts';
import { planHorizon } from '../../domain/planHorizon.ts';
import { type PlannedPlay, samePlays } from '../../domain/plannedPlay.ts';
import type { PlanWorld } from '../../domain/planWorld.ts';
import { situationKey } from '../../domain/situation.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { compileAgent, situationOf } from './compileAgent.ts';

/** A message that an agent must be sent anew. */
export interface NewMessage {
  readonly kind: 'plan' | 'config';
  readonly body: Json;
  readonly bodyHash: string;
}

/** What brings an agent up to date; none of it need be there. */
export interface AgentChange {
  readonly agentId: string;
  readonly now: Instant;
  readonly messages: readonly NewMessage[];
  /** The plays from `now` on, when the ledger has others. */
  readonly plays: readonly PlannedPlay[] | null;
}

/** What is remembered of an agent that is up to date, so that it need not be compiled again. */
export interface UpToDate {
  readonly key: string;
  /** Bulletin and hash of the clips in its plan. */
  readonly clips: readonly (readonly [string, string])[];
  /** Before and after these its messages must be signed anew. */
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export interface Examined {
  readonly change: AgentChange;
  readonly upToDate: UpToDate;
}

/** Share of a message's life that must be left: boxes that come back later than this find it expired. */
const FRESH_SHARE = 0.25;

/** A clock that jumps back by more leaves messages signed in the future, which boxes with a right clock may refuse. */
const CLOCK_SLACK = 5 * MINUTE;

/**
 * Compiles an agent's plan and configuration and compares them with what it was sent.
 * @param known what the last look found; null when it is still so
 */
export async function examineAgent(
  parts: Pick<ServerParts, 'store' | 'settings'>,
  world: PlanWorld,
  agent: Agent,
  now: Instant,
  known: UpToDate | undefined,
): Promise<Examined | null> {
  const { settings, store } = parts;
  const current = situationOf(world, agent);
  const { from, until } = planHorizon(now, current.zone, settings.planDays);
  const key = sha256Hex(`${from} ${until} ${situationKey(current)}`);
  if (
    known?.key === key &&
    now >= known.notBefore &&
    now < known.notAfter &&
    known.clips.every(([bulletin, sha256]) => world.approvedAudio(bulletin, sha256) !== null)
  )
    return null;

  const { situation, horizon, plan, ledgerFuture } = await compileAgent(parts, world, agent, now);
  const future = plan.plays.filter(({ item }) => item.at >= now);
  const { outgoing } = store.repositories;
  const messages: NewMessage[] = [];
  let notBefore = 0;
  let notAfter = Number.MAX_SAFE_INTEGER;
  const bodies: [NewMessage['kind'], Json][] = [
    ['plan', planBody(agent.id, situation, horizon, plan)],
    ['config', configBody(agent.id, situation, settings.statusEverySeconds)],
  ];
  for (const [kind, body] of bodies) {
    const bodyHash = sha256Hex(canonicalJson(body));
    const sent = await outgoing.get(kind, agent.id);
    const sentWhile = sent?.bodyHash === bodyHash ? freshWhile(kind, sent.expiresAt) : null;
    const stands = sentWhile !== null && now >= sentWhile.notBefore && now < sentWhile.notAfter;
    if (!stands) messages.push({ kind, body, bodyHash });
    const holds = stands ? sentWhile : freshWhile(kind, expiryOf(kind, now));
    notBefore = Math.max(notBefore, holds.notBefore);
    notAfter = Math.min(notAfter, holds.notAfter);
  }
  return {
    change: { agentId: agent.id, now, messages, plays: samePlays(future, ledgerFuture) ? null : future },
    upToDate: { key, clips: clipsOf(plan.plays), notBefore, notAfter },
  };
}

function clipsOf(plays: readonly PlannedPlay[]): (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  for (const { item } of plays) found.set(`${item.bulletin}/${item.clip}`, [item.bulletin, item.clip]);
  return [...found.values()];
}

/** When a message need not be signed anew. */
function freshWhile(kind: NewMessage['kind'], expiresAt: Instant): { notBefore: Instant; notAfter: Instant } {
  const lifetime = ENVELOPE_LIFETIME[kind] * SECOND;
  return { notBefore: expiresAt - lifetime - CLOCK_SLACK, notAfter: expiresAt - lifetime * FRESH_SHARE };
}

/** The instant after which boxes refuse a message signed now: whole seconds, as the envelope has them. */
export function expiryOf(kind: NewMessage['kind'], now: Instant): Instant {
  return (Math.floor(now / SECOND) + ENVELOPE_LIFETIME[kind]) * SECOND;
}
