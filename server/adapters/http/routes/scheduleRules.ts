import { z } from 'zod';
import { pageOf, pageQuery } from '../../../../shared/contract/api/paging.ts';
import { newScheduleRule, scheduleRule, scheduleRuleChange } from '../../../../shared/contract/api/scheduleRule.ts';
import { id } from '../../../../shared/contract/primitives.ts';
import type { ServerParts } from '../../../ports/parts.ts';
import { changeScheduleRule } from '../../../usecases/scheduleRules/changeScheduleRule.ts';
import { createScheduleRule } from '../../../usecases/scheduleRules/createScheduleRule.ts';
import { getScheduleRule, listScheduleRules } from '../../../usecases/scheduleRules/listScheduleRules.ts';
import { removeScheduleRule } from '../../../usecases/scheduleRules/removeScheduleRule.ts';
import { type Route, route } from '../route.ts';

const params = z.object({ id });
const tag = 'schedule rules';

export function scheduleRuleRoutes(
  parts: Pick<ServerParts, 'store' | 'clock' | 'random' | 'settings' | 'plans'>,
): Route[] {
  return [
    route({
      method: 'get',
      path: '/schedule-rules',
      access: 'viewer',
      tag,
      summary: 'List schedule rules',
      query: z.object({ ...pageQuery.shape, bulletin: id.optional() }),
      answer: pageOf(scheduleRule),
      handle: ({ query }) => listScheduleRules(parts, query),
    }),
    route({
      method: 'get',
      path: '/schedule-rules/{id}',
      access: 'viewer',
      tag,
      summary: 'One schedule rule',
      params,
      answer: scheduleRule,
      handle: (context) => getScheduleRule(parts, context.params.id),
    }),
    route({
      method: 'post',
      path: '/schedule-rules',
      access: 'editor',
      tag,
      summary: 'Plan a bulletin',
      body: newScheduleRule,
      answer: scheduleRule,
      status: 201,
      handle: ({ actor, body }) => createScheduleRule(parts, actor, body),
    }),
    route({
      method: 'patch',
      path: '/schedule-rules/{id}',
      access: 'editor',
      tag,
      summary: 'Change a schedule rule',
      params,
      body: scheduleRuleChange,
      answer: scheduleRule,
      handle: ({ actor, params, body }) => changeScheduleRule(parts, actor, params.id, body),
    }),
    route({
      method: 'delete',
      path: '/schedule-rules/{id}',
      access: 'editor',
      tag,
      summary: 'Remove a schedule rule and its plays to come',
      params,
      handle: ({ actor, params }) => removeScheduleRule(parts, actor, params.id),
    }),
  ];
}
