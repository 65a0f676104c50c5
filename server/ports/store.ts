import type { Agent } from '../../shared/contract/api/agent.ts';
import type { Area } from '../../shared/contract/api/area.ts';
import type { AuditEntry } from '../../shared/contract/api/audit.ts';
import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Approval, Clip } from '../../shared/contract/api/clip.ts';
import type { Organisation } from '../../shared/contract/api/organisation.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import type { User } from '../../shared/contract/api/user.ts';
import type { WindowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import type { SignedKind } from '../../shared/contract/envelope.ts';
import type { StatusMessage } from '../../shared/contract/messages/status.ts';
import type { Instant } from '../../shared/core/time.ts';
import type { LedgerRepository } from './ledger.ts';
import type { Page } from './paging.ts';

export type { Page };

/** Rows by id. `insert` of a taken id and `update` of a missing one reject: use cases look first, in the same transaction. */
export interface Repository<T extends { readonly id: string }> {
  get(id: string): Promise<T | null>;
  /** All rows, by id. For tables that are small even for a country's worth of one server. */
  all(): Promise<T[]>;
  page(page: Page): Promise<T[]>;
  insert(row: T): Promise<void>;
  update(row: T): Promise<void>;
}

export interface AreaRepository extends Repository<Area> {
  byCode(code: string): Promise<Area[]>;
  children(parentId: string | null): Promise<Area[]>;
}

export interface WindowPolicyRepository {
  get(areaId: string): Promise<WindowPolicy | null>;
  all(): Promise<{ areaId: string; policy: WindowPolicy }[]>;
  put(areaId: string, policy: WindowPolicy): Promise<void>;
  remove(areaId: string): Promise<boolean>;
}

export interface ClipPeaks {
  readonly peaksPerSecond: number;
  readonly peaks: Int8Array;
}

export interface ClipRepository extends Repository<Clip> {
  ofBulletin(bulletinId: string): Promise<Clip[]>;
  /** Clips whose processing was queued or running: what a restart must take up again. */
  unfinished(): Promise<Clip[]>;
  approved(): Promise<Clip[]>;
  /** True when some clip has these bytes as its audio: only those are served. */
  hasAudio(sha256: string): Promise<boolean>;
  putPeaks(clipId: string, peaks: ClipPeaks): Promise<void>;
  peaks(clipId: string): Promise<ClipPeaks | null>;
  addApproval(approval: Approval): Promise<void>;
  approvals(clipId: string): Promise<Approval[]>;
}

export interface ScheduleRuleRepository extends Repository<ScheduleRule> {
  active(): Promise<ScheduleRule[]>;
  ofBulletin(bulletinId: string): Promise<ScheduleRule[]>;
  remove(id: string): Promise<boolean>;
}

/** What the server knows of a box beside what it shows: hashes, and how far its reports have come. */
export interface AgentSecrets {
  readonly agentId: string;
  readonly codeHash: string | null;
  readonly codeExpiresAt: Instant | null;
  /** Digest of the `installation` that used the code: the same one may ask again. */
  readonly installationHash: string | null;
  readonly brokerPasswordHash: string | null;
}

export interface AgentRepository extends Repository<Agent> {
  ofVillage(villageId: string): Promise<Agent[]>;
  secrets(agentId: string): Promise<AgentSecrets | null>;
  putSecrets(secrets: AgentSecrets): Promise<void>;
  byCodeHash(codeHash: string): Promise<AgentSecrets | null>;
  allSecrets(): Promise<AgentSecrets[]>;
  putStatus(agentId: string, status: StatusMessage, heardAt: Instant): Promise<void>;
  status(agentId: string): Promise<{ status: StatusMessage; heardAt: Instant } | null>;
  statuses(): Promise<Map<string, { status: StatusMessage; heardAt: Instant }>>;
}

/** The newest signed message of a kind for a subject, kept so that it can go out again as it was. */
export interface OutgoingMessage {
  readonly kind: SignedKind;
  readonly subject: string;
  readonly seq: number;
  /** Of the body, to tell whether a new one differs. */
  readonly bodyHash: string;
  readonly jws: string;
  /** Instant after which boxes refuse it. */
  readonly expiresAt: Instant;
  readonly published: boolean;
}

export interface OutgoingRepository {
  /** The next number for this subject and kind; committed with the transaction, never given twice. */
  nextSeq(kind: SignedKind, subject: string): Promise<number>;
  /** Replaces the message kept for this subject and kind. */
  put(message: OutgoingMessage): Promise<void>;
  get(kind: SignedKind, subject: string): Promise<OutgoingMessage | null>;
  /** Those the broker has not confirmed, oldest first. */
  unpublished(limit: number): Promise<OutgoingMessage[]>;
  /** Marks one as confirmed; without effect when a newer one has taken its place. */
  markPublished(kind: SignedKind, subject: string, seq: number): Promise<void>;
  /** Has all of these kinds go out again, for a broker that lost its memory. Returns how many. */
  markAllUnpublished(kinds: readonly SignedKind[]): Promise<number>;
  remove(kind: SignedKind, subject: string): Promise<void>;
}

export interface AuditRepository {
  add(entry: Omit<AuditEntry, 'n'>): Promise<void>;
  /** Newest first, below `before` where given. */
  page(limit: number, before?: number): Promise<AuditEntry[]>;
}

export interface StoredToken {
  readonly id: string;
  readonly userId: string;
  /** `session`: from signing in; `api`: made for a script. */
  readonly kind: 'session' | 'api';
  readonly name: string;
  readonly hash: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

export interface UserRepository extends Repository<User> {
  byUsername(username: string): Promise<User | null>;
  passwordHash(userId: string): Promise<string | null>;
  putPasswordHash(userId: string, hash: string): Promise<void>;
  addToken(token: StoredToken): Promise<void>;
  tokenByHash(hash: string): Promise<StoredToken | null>;
  tokensOf(userId: string): Promise<StoredToken[]>;
  removeToken(id: string): Promise<boolean>;
  removeExpiredTokens(now: Instant): Promise<number>;
}

export interface Repositories {
  readonly areas: AreaRepository;
  readonly windowPolicies: WindowPolicyRepository;
  readonly organisations: Repository<Organisation>;
  readonly campaigns: Repository<Campaign>;
  readonly bulletins: Repository<Bulletin>;
  readonly clips: ClipRepository;
  readonly scheduleRules: ScheduleRuleRepository;
  readonly agents: AgentRepository;
  readonly outgoing: OutgoingRepository;
  readonly ledger: LedgerRepository;
  readonly audit: AuditRepository;
  readonly users: UserRepository;
}

/** The database. Reads may go straight to `repositories`; whatever changes more than one row goes through a transaction. */
export interface Store {
  readonly repositories: Repositories;
  /**
   * All or nothing, durable when it resolves. Transactions run one after the other on every engine, so `work` may rely on
   * what it has read; it must use the repositories that it is given and no others, and wait for nothing but them.
   * Rejects with Fault `unavailable` when the database itself is in trouble.
   */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  /** One cheap round trip, for readiness. Rejects when the database is not to be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
