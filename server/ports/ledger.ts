import type { LedgerEntry, LedgerFilter, LedgerGroup, LedgerSum } from '../../shared/contract/api/ledger.ts';
import type { ReportRecord } from '../../shared/contract/messages/report.ts';
import type { Instant } from '../../shared/core/time.ts';
import type { PlannedPlay } from '../domain/plannedPlay.ts';
import type { Page } from './paging.ts';

export type { PlannedPlay };

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
 * - a dropped play that the box, not having heard of it, played all the same counts again: it was heard;
 * - the first record of a play, the one with the lowest n, decides its outcome; a second one is kept but changes nothing;
 * - a record of a play that was never planned is kept, and shown by `unplanned`.
 */
export interface LedgerRepository {
  /**
   * Makes the plays at or after `from` be exactly these: new ones are added, missing ones dropped, dropped ones revived.
   * What is shown of a play (title, theme, place) follows the newest plan until its outcome is known.
   * @throws RangeError for a play before `from`
   */
  replacePlanned(agentId: string, from: Instant, plays: readonly PlannedPlay[], now: Instant): Promise<void>;
  /** Plays of an agent that count, with `from` <= at < `to`, in order: the part of a plan that lies behind. */
  planned(agentId: string, from: Instant, to: Instant): Promise<PlannedPlay[]>;
  /**
   * Adds records, each (agent, n) at most once, and settles the plays they name. All in the caller's transaction, or in
   * one of its own. What a box no longer has (below `oldest`) is not waited for: an audit entry `ledger.gap` tells.
   * @returns one receipt a box, in the order in which they first come
   */
  append(batches: readonly AgentRecords[], now: Instant): Promise<AgentReceipt[]>;
  /** Highest contiguous n of an agent. */
  receivedUpTo(agentId: string): Promise<number>;
  /** In the order of instant, box and item. @throws Fault `page.cursor` for an `after` that is no `next` */
  entries(filter: LedgerFilter, page: Page, now: Instant): Promise<{ items: LedgerEntry[]; next: string | null }>;
  /** In the order of keys, plays without one last. `total` has one row, also of nothing. */
  summary(filter: LedgerFilter, by: LedgerGroup, now: Instant): Promise<LedgerSum[]>;
  /** Records as the box sent them, by n. */
  records(agentId: string, afterN: number, limit: number): Promise<ReportRecord[]>;
  /** Playback records that name a play nobody planned, newest first. */
  unplanned(limit: number): Promise<{ agentId: string; record: ReportRecord }[]>;
}
