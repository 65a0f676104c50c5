import type { PlanClip } from '../../shared/contract/messages/plan.ts';
import type { PlanItem } from '../../shared/core/plan.ts';
import type { Instant } from '../../shared/core/time.ts';
import type { WindowSpan } from '../../shared/core/windows.ts';
import type { FetchTries } from './fetchTries.ts';

/** The last good plan, as it was verified. */
export interface HeldPlan {
  readonly seq: number;
  /** When this box took it. */
  readonly acceptedAt: Instant;
  /** Items that begin earlier are not this plan's business: its list was cut there. */
  readonly from: Instant;
  /** In order, not overlapping. */
  readonly items: readonly PlanItem[];
  readonly clips: readonly PlanClip[];
}

/** What the box keeps to whatever the plan says. */
export interface Limits {
  /** Broadcast windows around the plan's items. */
  readonly spans: readonly WindowSpan[];
  /** Percent, inside its limits; 0 is muted. */
  readonly volume: number;
}

/** An item that was handed to the player. */
export interface InPlay {
  readonly id: string;
  readonly clip: string;
  readonly at: Instant;
  readonly durationMs: number;
  /** Its first sample has sounded. */
  readonly sounding: boolean;
  /** It was told to stop already. */
  readonly stopping: boolean;
}

export interface CachedClip {
  readonly bytes: number;
  /** When a plan last named it. */
  readonly lastNeeded: Instant;
}

/** Everything that a decision depends on. Read anew for each pass. */
export interface Situation {
  readonly now: Instant;
  readonly clock: {
    readonly trusted: boolean;
    /** Since when, by the clock as it is now. */
    readonly trustedSince: Instant;
  };
  /** When this program began to run, by the clock as it is now. */
  readonly bootedAt: Instant;
  readonly plan: HeldPlan | null;
  /** null: no configuration yet, so no window is known and the box is silent. */
  readonly limits: Limits | null;
  /** Items that have their record. */
  readonly settled: { has(item: string): boolean };
  /** Items that end earlier have been settled, or are older than the box's memory. */
  readonly settledBefore: Instant;
  readonly inPlay: readonly InPlay[];
  readonly clips: ReadonlyMap<string, CachedClip>;
  readonly fetching: { readonly active: string | null; readonly tries: ReadonlyMap<string, FetchTries> };
  /** null: the system does not say, so nothing is dropped and the download finds out. */
  readonly disk: { readonly freeBytes: number; readonly keepFreeBytes: number } | null;
}
