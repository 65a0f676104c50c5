import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/** Removes a rule and all its plays to come; what was heard stays in the ledger. @throws Fault `scheduleRule.unknown` */
export async function removeScheduleRule(
  parts: Pick<ServerParts, 'store' | 'clock' | 'plans'>,
  actor: Actor,
  ruleId: string,
): Promise<void> {
  await parts.store.transaction(async ({ scheduleRules, audit }) => {
    const rule = found(await scheduleRules.get(ruleId), 'scheduleRule', ruleId);
    await scheduleRules.remove(ruleId);
    const at = parts.clock.now();
    // The row is gone: the log is where it can still be read.
    await audit.add({ at, actor: actor.id, action: 'scheduleRule.remove', subject: ruleId, detail: { ...rule } });
  });
  await parts.plans.refresh('schedule rule removed');
}
