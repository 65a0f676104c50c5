import type { Generated } from 'kysely';
import type { Agent } from '../../../shared/contract/api/agent.ts';
import type { Approval, ClipState, Processing } from '../../../shared/contract/api/clip.ts';
import type { Role } from '../../../shared/contract/api/user.ts';
import type { SignedKind } from '../../../shared/contract/envelope.ts';
import type { BulletinClass } from '../../../shared/core/plan.ts';
import type { Instant, LocalDate } from '../../../shared/core/time.ts';
import type { StoredToken } from '../../ports/store.ts';
import type { LedgerTables } from './ledger/tables.ts';

/**
 * The tables as both engines have them after the newest migration. Words of a closed set are typed as such: only this
 * code writes them, and it refuses a database that newer code has been at. Longer shapes are JSON in a text column,
 * read back through their schemas (`Json`). Yes and no are 1 and 0.
 */
export type Json = string;
export type Flag = 0 | 1;

export interface AreaRow {
  id: string;
  code: string;
  name: string;
  kind: string;
  parent_id: string | null;
  valid_from: LocalDate;
  valid_to: LocalDate | null;
  languages: Json;
  lat: number | null;
  lon: number | null;
  former_names: Json;
  former_parents: Json;
}

export interface WindowPolicyRow {
  area_id: string;
  policy: Json;
}

export interface OrganisationRow {
  id: string;
  name: string;
  short_name: string | null;
  area_id: string | null;
}

export interface CampaignRow {
  id: string;
  name: string;
  document_number: string | null;
  issuer: string | null;
  first_day: LocalDate;
  last_day: LocalDate;
  movements: Json;
  area_ids: Json;
  organisation_ids: Json;
}

export interface ThemeRow {
  id: string;
  campaign_id: string;
  position: number;
  name: string;
}

export interface BulletinRow {
  id: string;
  title: string;
  class: BulletinClass;
  campaign_id: string | null;
  theme_id: string | null;
  organisation_id: string | null;
  area_id: string;
  text: string;
}

export interface ClipRow {
  id: string;
  bulletin_id: string;
  language: string;
  voice: string | null;
  state: ClipState;
  /** The `state` inside `processing`, to be searched by. */
  processing_state: Processing['state'];
  processing: Json;
  original_sha256: string;
  original_bytes: number;
  original_name: string;
  /** The hash inside `audio`, to be searched by. */
  audio_sha256: string | null;
  audio: Json | null;
  approved_sha256: string | null;
  reason: string | null;
  uploaded_at: Instant;
}

export interface ClipPeaksRow {
  clip_id: string;
  peaks_per_second: number;
  peaks: Uint8Array;
}

export interface ApprovalRow {
  n: Generated<number>;
  clip_id: string;
  action: Approval['action'];
  by_user: string;
  at: Instant;
  reason: string | null;
  sha256: string | null;
}

export interface ScheduleRuleRow {
  id: string;
  bulletin_id: string;
  area_ids: Json;
  weekdays: Json;
  dates: Json;
  times: Json;
  first_day: LocalDate | null;
  last_day: LocalDate | null;
  repeats: number;
  repeat_gap_seconds: number;
  active: Flag;
}

export interface AgentRow {
  id: string;
  village_id: string;
  name: string;
  state: Agent['state'];
  created_at: Instant;
  enrolled_at: Instant | null;
  plan_seq: number;
}

export interface AgentSecretRow {
  agent_id: string;
  code_hash: string | null;
  code_expires_at: Instant | null;
  installation_hash: string | null;
  broker_password_hash: string | null;
}

export interface AgentStatusRow {
  agent_id: string;
  status: Json;
  heard_at: Instant;
}

export interface OutgoingRow {
  kind: SignedKind;
  subject: string;
  seq: number;
  body_hash: string;
  jws: string;
  expires_at: Instant;
  published: Flag;
  /** Grows with every message put, so that the oldest goes out first. */
  position: number;
}

export interface OutgoingSequenceRow {
  kind: SignedKind;
  subject: string;
  seq: number;
}

export interface AuditRow {
  n: Generated<number>;
  at: Instant;
  actor: string;
  action: string;
  subject: string | null;
  detail: Json;
}

export interface UserRow {
  id: string;
  username: string;
  name: string;
  role: Role;
  created_at: Instant;
}

export interface UserPasswordRow {
  user_id: string;
  hash: string;
}

export interface UserTokenRow {
  id: string;
  user_id: string;
  kind: StoredToken['kind'];
  name: string;
  hash: string;
  created_at: Instant;
  expires_at: Instant;
}

export interface Tables extends LedgerTables {
  area: AreaRow;
  window_policy: WindowPolicyRow;
  organisation: OrganisationRow;
  campaign: CampaignRow;
  theme: ThemeRow;
  bulletin: BulletinRow;
  clip: ClipRow;
  clip_peaks: ClipPeaksRow;
  approval: ApprovalRow;
  schedule_rule: ScheduleRuleRow;
  agent: AgentRow;
  agent_secret: AgentSecretRow;
  agent_status: AgentStatusRow;
  outgoing: OutgoingRow;
  outgoing_sequence: OutgoingSequenceRow;
  audit: AuditRow;
  user_account: UserRow;
  user_password: UserPasswordRow;
  user_token: UserTokenRow;
}
