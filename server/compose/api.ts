import { API_BASE } from '../adapters/http/app.ts';
import type { MediaHandler } from '../adapters/http/media.ts';
import type { Route } from '../adapters/http/route.ts';
import { aboutRoutes } from '../adapters/http/routes/about.ts';
import { agentRoutes } from '../adapters/http/routes/agents.ts';
import { approvalRoutes } from '../adapters/http/routes/approvals.ts';
import { areaRoutes } from '../adapters/http/routes/areas.ts';
import { auditRoutes } from '../adapters/http/routes/audit.ts';
import { bulletinRoutes } from '../adapters/http/routes/bulletins.ts';
import { campaignRoutes } from '../adapters/http/routes/campaigns.ts';
import { clipRoutes } from '../adapters/http/routes/clips.ts';
import { documentRoutes } from '../adapters/http/routes/documents.ts';
import { enrolmentRoutes } from '../adapters/http/routes/enrolments.ts';
import { eventRoutes } from '../adapters/http/routes/events.ts';
import { ledgerRoutes } from '../adapters/http/routes/ledger.ts';
import { mediaRoutes } from '../adapters/http/routes/media.ts';
import { organisationRoutes } from '../adapters/http/routes/organisations.ts';
import { planRoutes } from '../adapters/http/routes/plans.ts';
import { scheduleRuleRoutes } from '../adapters/http/routes/scheduleRules.ts';
import { sessionRoutes } from '../adapters/http/routes/sessions.ts';
import { tokenRoutes } from '../adapters/http/routes/tokens.ts';
import { uploadRoutes } from '../adapters/http/routes/uploads.ts';
import { userRoutes } from '../adapters/http/routes/users.ts';
import { windowPolicyRoutes } from '../adapters/http/routes/windowPolicies.ts';
import type { LoginThrottle } from '../domain/loginThrottle.ts';
import type { ServerParts } from '../ports/parts.ts';

export type ApiParts = ServerParts & {
  readonly throttle: LoginThrottle;
  readonly decoyHash: string;
  readonly stopping: AbortSignal;
};

/** The whole API, in the order in which its documents show it. */
export function apiRoutes(parts: ApiParts, media: MediaHandler, version: string, consoleFolder: string): Route[] {
  const routes = [
    ...sessionRoutes(parts),
    ...userRoutes(parts),
    ...tokenRoutes(parts),
    ...areaRoutes(parts),
    ...windowPolicyRoutes(parts),
    ...organisationRoutes(parts),
    ...campaignRoutes(parts),
    ...bulletinRoutes(parts),
    ...clipRoutes(parts),
    ...uploadRoutes(parts),
    ...approvalRoutes(parts),
    ...scheduleRuleRoutes(parts),
    ...planRoutes(parts),
    ...agentRoutes(parts),
    ...enrolmentRoutes(parts),
    ...ledgerRoutes(parts),
    ...mediaRoutes(media),
    ...eventRoutes(parts),
    ...auditRoutes(parts),
    ...aboutRoutes(parts, version),
  ];
  return [...routes, ...documentRoutes(routes, API_BASE, version, consoleFolder)];
}
