import type { Agent } from '../../../shared/contract/api/agent.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { DAY, type Instant } from '../../../shared/core/time.ts';
import { type CompiledPlan, compilePlan } from '../../domain/compilePlan.ts';
import { type Horizon, planHorizon } from '../../domain/planHorizon.ts';
import type { PlannedPlay } from '../../domain/plannedPlay.ts';
import type { PlanWorld } from '../../domain/planWorld.ts';
import type { VillageSituation } from '../../domain/situation.ts';
import type { ServerParts } from '../../ports/parts.ts';

export interface AgentPlan {
  readonly situation: VillageSituation;
  readonly horizon: Horizon;
  readonly plan: CompiledPlan;
  /** What the ledger holds as planned from `now` on. */
  readonly ledgerFuture: readonly PlannedPlay[];
}

/** @throws Fault `agent.villageUnknown` when the agent's village is not in the registry as a village */
export function situationOf(world: PlanWorld, agent: Agent): VillageSituation {
  const situation = world.situationOf(agent.villageId);
  if (situation) return situation;
  throw new Fault(
    'conflict',
    'agent.villageUnknown',
    `Agent ${agent.id} stands in ${agent.villageId}: no such village.`,
  );
}

/** Compiles an agent's plan as of `now`: what lies behind comes from the ledger. */
export async function compileAgent(
  { store, settings }: Pick<ServerParts, 'store' | 'settings'>,
  world: PlanWorld,
  agent: Agent,
  now: Instant,
): Promise<AgentPlan> {
  const situation = situationOf(world, agent);
  const horizon = planHorizon(now, situation.zone, settings.planDays);
  // From before midnight: a play may run over it. Without end: a clock that once ran ahead may have left plays out there.
  const planned = await store.repositories.ledger.planned(agent.id, horizon.from - DAY, Number.MAX_SAFE_INTEGER);
  const past = planned.filter(({ item }) => item.at < now);
  const plan = compilePlan(situation, horizon, now, past, world.approvedAudio);
  return { situation, horizon, plan, ledgerFuture: planned.slice(past.length) };
}
