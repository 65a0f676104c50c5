import type { ScheduleRule, ScheduleRuleChange } from '../../../shared/contract/api/scheduleRule.ts';
import { found, refuseFaults } from '../../domain/checks.ts';
import { merged } from '../../domain/merged.ts';
import { checkRule } from '../../domain/ruleChecks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';
import { ruleSurroundings } from './ruleSurroundings.ts';

/** Changes a rule. @throws Fault `scheduleRule.unknown`, `rule.form`, and those of `createScheduleRule` */
export async function changeScheduleRule(
  parts: Pick<ServerParts, 'store' | 'clock' | 'settings' | 'plans'>,
  actor: Actor,
  ruleId: string,
  change: ScheduleRuleChange,
): Promise<ScheduleRule> {
  const changed = await parts.store.transaction(async (repositories) => {
    const old = found(await repositories.scheduleRules.get(ruleId), 'scheduleRule', ruleId);
    const next = merged(old, change);
    checkForm(next);
    checkRule(next, await ruleSurroundings(parts, repositories, next.bulletinId));
    await repositories.scheduleRules.update(next);
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: actor.id,
      action: 'scheduleRule.change',
      subject: ruleId,
      detail: { ...change },
    });
    return next;
  });
  await parts.plans.refresh('schedule rule changed');
  return changed;
}

/** What the form of a new rule asks of its values together; a change shows only some of them. */
function checkForm({ weekdays, dates, from, to }: ScheduleRule): void {
  if (weekdays.length + dates.length === 0)
    refuseFaults('rule.form', [{ field: 'weekdays', message: 'or `dates` must name at least one day' }]);
  if (from !== null && to !== null && from > to)
    refuseFaults('rule.form', [{ field: 'to', message: `must not be before ${from}, the first day` }]);
}
