import type { NewScheduleRule, ScheduleRule } from '../../../shared/contract/api/scheduleRule.ts';
import { makeId } from '../../../shared/core/ids.ts';
import { checkRule } from '../../domain/ruleChecks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { ruleSurroundings } from './ruleSurroundings.ts';

/**
 * Adds a rule. @throws Fault `bulletin.unknown`, `rule.emergencyClass`, `rule.areaUnknown`, `rule.areaWithoutVillages`,
 * `rule.outsideCampaign`, `rule.dateOutsidePeriod`, `rule.noApprovedClip`, `rule.inPast`, `rule.outsideWindows`
 */
export async function createScheduleRule(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'settings' | 'plans'>,
  actor: Actor,
  input: NewScheduleRule,
): Promise<ScheduleRule> {
  const rule: ScheduleRule = { id: makeId('scheduleRule', parts.random.bytes(10)), ...input };
  await parts.store.transaction(async (repositories) => {
    checkRule(rule, await ruleSurroundings(parts, repositories, rule.bulletinId));
    await repositories.scheduleRules.insert(rule);
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'scheduleRule.create',
      subject: rule.id,
      detail: { ...rule },
    });
  });
  await parts.plans.refresh('schedule rule created');
  return rule;
}
