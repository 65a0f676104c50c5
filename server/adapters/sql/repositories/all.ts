import type { Repositories } from '../../../ports/store.ts';
import { ledgerRepository } from '../ledger/ledgerRepository.ts';
import type { Session } from '../session.ts';
import { agentRepository } from './agents.ts';
import { areaRepository } from './areas.ts';
import { auditRepository } from './audit.ts';
import { bulletinRepository } from './bulletins.ts';
import { campaignRepository } from './campaigns.ts';
import { clipRepository } from './clips.ts';
import { organisationRepository } from './organisations.ts';
import { outgoingRepository } from './outgoing.ts';
import { scheduleRuleRepository } from './scheduleRules.ts';
import { userRepository } from './users.ts';
import { windowPolicyRepository } from './windowPolicies.ts';

export function allRepositories(session: Session): Repositories {
  return {
    areas: areaRepository(session),
    windowPolicies: windowPolicyRepository(session),
    organisations: organisationRepository(session),
    campaigns: campaignRepository(session),
    bulletins: bulletinRepository(session),
    clips: clipRepository(session),
    scheduleRules: scheduleRuleRepository(session),
    agents: agentRepository(session),
    outgoing: outgoingRepository(session),
    ledger: ledgerRepository(session),
    audit: auditRepository(session),
    users: userRepository(session),
  };
}
