import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Clip, ClipAudio } from '../../shared/contract/api/clip.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import type { Zone } from '../../shared/core/time.ts';
import type { WeeklyWindow } from '../../shared/core/windows.ts';
import type { Occurrences } from './occurrences.ts';

/** A rule with all that it speaks of. */
export interface RuleContent {
  readonly rule: ScheduleRule;
  readonly bulletin: Bulletin;
  readonly campaign: Campaign | null;
  /** All recordings of the bulletin, whatever their state. */
  readonly clips: readonly Clip[];
  /** Equal exactly when rule, bulletin, campaign and clips are. */
  readonly key: string;
  readonly occurrences: Occurrences;
}

/** A rule as one village meets it. */
export interface AimedRule {
  readonly content: RuleContent;
  /** Steps up from the village to the nearest area that the rule is aimed at; 0: the village itself. */
  readonly distance: number;
}

/** All that decides what a village hears. */
export interface VillageSituation {
  readonly villageId: string;
  readonly villageName: string;
  /** The village and its ancestors, nearest first. */
  readonly lineage: readonly string[];
  readonly zone: Zone;
  readonly windows: readonly WeeklyWindow[];
  readonly volume: { readonly now: number; readonly min: number; readonly max: number };
  /** Best first; empty: nothing is known. */
  readonly languages: readonly string[];
  readonly rules: readonly AimedRule[];
}

/** Looks up the audio of a bulletin's clip that may be planned now; null when nobody's approval covers it any more. */
export type ApprovedAudio = (bulletinId: string, sha256: string) => ClipAudio | null;

/** Equal for two situations exactly when their plans must be equal (as far as the past is the same). */
export function situationKey(situation: VillageSituation): string {
  const { zone, rules, ...rest } = situation;
  return JSON.stringify([rest, zone.id, rules.map(({ content, distance }) => [content.key, distance])]);
}
