import type { ReportedOutcome, ReportRecord, SkipReason } from '../../../../shared/contract/messages/report.ts';
import type { BulletinClass } from '../../../../shared/core/plan.ts';
import type { Instant, LocalDate } from '../../../../shared/core/time.ts';

/**
 * The ledger is a star: one narrow row a play, and beside it what many plays share, as it was when they were planned.
 * A village's place in the tree and a bulletin's campaign may change later; then new rows stand beside the old ones.
 * Their ids are hashes of their content, so that the same content is the same row without a look-up.
 */
export interface PlaceRow {
  id: string;
  agent_id: string;
  village_id: string;
  village_name: string;
  area_path: string;
}

export interface ProgrammeRow {
  id: string;
  class: BulletinClass;
  rule_id: string;
  bulletin_id: string;
  title: string;
  campaign_id: string | null;
  theme_id: string | null;
  organisation_id: string | null;
  language: string;
  clip: string;
}

export interface PlayRow {
  agent_id: string;
  item_id: string;
  at: Instant;
  duration_ms: number;
  day: LocalDate;
  repeat: number;
  place_id: string;
  programme_id: string;
  /** 0: dropped from the plan and not heard all the same. */
  counts: 0 | 1;
  /** As the deciding record has them; null until there is one. */
  outcome: ReportedOutcome | null;
  reason: SkipReason | null;
  started_at: Instant | null;
  heard_ms: number;
  /** n of the deciding record: the lowest that names this play. */
  decided_by: number | null;
}

export interface RecordRow {
  agent_id: string;
  n: number;
  kind: ReportRecord['kind'];
  /** The play that it names; null for other kinds. */
  item_id: string | null;
  received_at: Instant;
  /** 1: a playback record of a play that nobody planned. */
  unplanned: 0 | 1;
  /** The record as JSON, as the box sent it. */
  body: string;
}

export interface ProgressRow {
  agent_id: string;
  /** Nothing at or below is still waited for. */
  up_to: number;
  /** The highest n received; above `up_to` when something between is missing. */
  highest: number;
}

export interface LedgerTables {
  ledger_place: PlaceRow;
  ledger_programme: ProgrammeRow;
  ledger_play: PlayRow;
  ledger_record: RecordRow;
  ledger_progress: ProgressRow;
}
