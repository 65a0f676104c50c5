import type { ScheduleRule } from '../../../shared/contract/api/scheduleRule.ts';
import { found } from '../../domain/checks.ts';
import type { Page } from '../../ports/paging.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, pageRows, slicePage } from '../paging.ts';

/** Rules by id; of one bulletin where that is asked. */
export async function listScheduleRules(
  { store }: Pick<ServerParts, 'store'>,
  { bulletin, ...page }: Page & { readonly bulletin?: string | undefined },
): Promise<Listed<ScheduleRule>> {
  const { scheduleRules } = store.repositories;
  if (bulletin === undefined) return await pageRows(scheduleRules, page);
  return slicePage(await scheduleRules.ofBulletin(bulletin), page);
}

/** @throws Fault `scheduleRule.unknown` */
export async function getScheduleRule({ store }: Pick<ServerParts, 'store'>, id: string): Promise<ScheduleRule> {
  return found(await store.repositories.scheduleRules.get(id), 'scheduleRule', id);
}
