import { VILLAGE_KIND } from '../../../shared/contract/api/area.ts';
import type { VillagePlan } from '../../../shared/contract/api/plan.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { found } from '../../domain/checks.ts';
import { compilePlan } from '../../domain/compilePlan.ts';
import { planHorizon } from '../../domain/planHorizon.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { compileAgent } from './compileAgent.ts';
import { loadPlanWorld } from './loadPlanWorld.ts';

/**
 * A village's coming days, and from now on whatever its rules ask for and it does not get, with the reason. A village
 * without a box is shown what a box there would play. @throws Fault `area.unknown`, `plan.notVillage`
 */
export async function viewVillagePlan(
  parts: Pick<ServerParts, 'store' | 'clock' | 'settings'>,
  villageId: string,
): Promise<VillagePlan> {
  const { areas, agents, outgoing } = parts.store.repositories;
  const village = found(await areas.get(villageId), 'area', villageId);
  if (village.kind !== VILLAGE_KIND) {
    throw new Fault(
      'invalid',
      'plan.notVillage',
      `${village.name} is a ${village.kind}; plans are made for villages.`,
      [{ field: 'id', message: 'must be the id of a village' }],
    );
  }
  const world = await loadPlanWorld(parts);
  const agent = (await agents.ofVillage(villageId)).find(({ state }) => state === 'enrolled') ?? null;
  const now = parts.clock.now();
  const situation = found(world.situationOf(villageId), 'area', villageId);
  const horizon = planHorizon(now, situation.zone, parts.settings.planDays);
  const plan = agent
    ? (await compileAgent(parts, world, agent, now)).plan
    : compilePlan(situation, horizon, now, [], world.approvedAudio);
  const [best] = situation.languages;
  return {
    villageId,
    agentId: agent?.id ?? null,
    seq: agent ? ((await outgoing.get('plan', agent.id))?.seq ?? 0) : 0,
    ...horizon,
    items: plan.plays.map(({ item, language }) => ({
      ...item,
      fallbackLanguage: best === undefined || sameLanguage(language, best) ? null : language,
    })),
    leftOut: [...plan.leftOut],
  };
}

function sameLanguage(a: string, b: string): boolean {
  return a.split('-')[0] === b.split('-')[0];
}
