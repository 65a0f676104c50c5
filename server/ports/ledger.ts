import type { LedgerEntry, LedgerFilter, LedgerGroup, LedgerSum } from '../../shared/contract/api/ledger.ts';
import type { ReportRecord } from '../../shared/contract/messages/report.ts';
import type { PlanItem } from '../../shared/core/plan.ts';
import type { Instant, LocalDate } from '../../shared/core/time.ts';
import type { Page } from './paging.ts';

/** A planned play with all that the ledger is asked by. What can change later (area, theme) is kept as it then was. */
export interface PlannedPlay {
  readonly item: PlanItem;
  readonly villageId: string;
  readonly villageName: string;
  /** Ids from the top down to the village, each between slashes: `/are-a/are-b/`. */
  readonly areaPath: string;
  readonly day: LocalDate;
  readonly themeId: string | null;
  readonly organisationId: string | null;
  readonly language: string;
}

export interface AgentRecords {
  readonly agentId: string;
  /** Lowest n that the box still keeps. */
  readonly oldest: number;
  readonly records: readonly ReportRecord[];
}

export interface AgentReceipt {
  readonly agentId: string;
  /** Highest n below which nothing is missing. */
  readonly upTo: number;
  /** Records that were new. */
  readonly added: number;
}

/**
 * Planned plays and what became of them. Rules that hold in every state:
 * - a play counts once it is planned, unless it was dropped from the plan before the box reported anything of it;
 * - the first record of a play decides its outcome; a second one is kept but changes nothing;
 * - a record of a play that was never planned is kept, and shown by `unplanned`.
 */
export interface LedgerRepository {
  /** Makes the plays at or after `from` be exactly these: new ones are added, missing ones dropped, dropped ones revived. */
  replacePlanned(agentId: string, from: Instant, plays: readonly PlannedPlay[], now: Instant): Promise<void>;
  /** Plays of an agent that count, with `from` <= at < `to`, in order: the part of a plan that lies behind. */
  planned(agentId: string, from: Instant, to: Instant): Promise<PlannedPlay[]>;
  /** Adds records, each (agent, n) at most once, and settles the plays they name. All in the caller's transaction. */
  append(batches: readonly AgentRecords[], now: Instant): Promise<AgentReceipt[]>;
  /** Highest contiguous n of an agent. */
  receivedUpTo(agentId: string): Promise<number>;
  entries(filter: LedgerFilter, page: Page, now: Instant): Promise<{ items: LedgerEntry[]; next: string | null }>;
  summary(filter: LedgerFilter, by: LedgerGroup, now: Instant): Promise<LedgerSum[]>;
  /** Records as the box sent them, by n. */
  records(agentId: string, afterN: number, limit: number): Promise<ReportRecord[]>;
  /** Playback records that name a play nobody planned. */
  unplanned(limit: number): Promise<{ agentId: string; record: ReportRecord }[]>;
}
