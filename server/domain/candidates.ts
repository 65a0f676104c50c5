import type { Clip, ClipAudio } from '../../shared/contract/api/clip.ts';
import type { LeftOut } from '../../shared/contract/api/plan.ts';
import { DAY, type Instant, SECOND } from '../../shared/core/time.ts';
import { fitsInside, type WindowSpan, windowSpans } from '../../shared/core/windows.ts';
import { type ClipChoice, chooseClip } from './chooseClip.ts';
import { durationText, localStamp, windowsText } from './localText.ts';
import type { Occurrence } from './occurrences.ts';
import type { Horizon } from './planHorizon.ts';
import type { AimedRule, VillageSituation } from './situation.ts';

/** A play that fits its window and has its clip; only another play can still keep it out. */
export interface Candidate {
  readonly aimed: AimedRule;
  readonly at: Instant;
  readonly durationMs: number;
  readonly repeat: number;
  readonly clip: Clip;
  readonly audio: ClipAudio;
}

export interface Gathered {
  readonly candidates: Candidate[];
  readonly leftOut: LeftOut[];
}

/** Every play that the rules ask of a village with `now` <= at < `horizon.until`: as a candidate, or left out with the reason. */
export function gatherCandidates(situation: VillageSituation, horizon: Horizon, now: Instant): Gathered {
  const gathered: Gathered = { candidates: [], leftOut: [] };
  // A day more at each end: a window that crosses midnight counts as a whole.
  const spans = windowSpans(situation.windows, situation.zone, now - DAY, horizon.until + DAY);
  for (const aimed of situation.rules) gatherRule(situation, aimed, spans, horizon, now, gathered);
  return gathered;
}

function gatherRule(
  situation: VillageSituation,
  aimed: AimedRule,
  spans: readonly WindowSpan[],
  horizon: Horizon,
  now: Instant,
  into: Gathered,
): void {
  const { rule, bulletin, clips, occurrences } = aimed.content;
  const choice = chooseClip(clips, situation.languages);
  const durationMs = choice.kind === 'chosen' ? choice.audio.durationMs : 0;
  const step = durationMs + rule.repeatGapSeconds * SECOND;
  // Repeats run on from a time that may itself lie before the horizon. Whole days, so that villages ask for the same.
  const lookBack = choice.kind === 'chosen' ? Math.ceil(((rule.repeats - 1) * step) / DAY) * DAY : 0;
  for (const occurrence of occurrences(situation.zone, horizon.from - lookBack, horizon.until)) {
    for (let repeat = 1; repeat <= rule.repeats; repeat++) {
      const at = occurrence.at + (choice.kind === 'chosen' ? (repeat - 1) * step : 0);
      if (at < now || at >= horizon.until) continue;
      const refused = refusal(situation, aimed, occurrence, choice, spans, at);
      if (refused) into.leftOut.push({ rule: rule.id, bulletin: bulletin.id, at, repeat, ...refused });
      else if (choice.kind === 'chosen')
        into.candidates.push({ aimed, at, durationMs, repeat, clip: choice.clip, audio: choice.audio });
    }
  }
}

function refusal(
  situation: VillageSituation,
  { content: { bulletin, campaign } }: AimedRule,
  { date, inCampaign }: Occurrence,
  choice: ClipChoice,
  spans: readonly WindowSpan[],
  at: Instant,
): Pick<LeftOut, 'reason' | 'detail'> | null {
  const { villageName, zone } = situation;
  if (campaign && !inCampaign)
    return {
      reason: 'campaignEnded',
      detail: `${date} is outside the period of the campaign "${campaign.name}" (${campaign.from} to ${campaign.to})`,
    };
  if (choice.kind === 'noApprovedClip')
    return { reason: 'noApprovedClip', detail: `no recording of "${bulletin.title}" is approved` };
  if (choice.kind === 'languageMissing')
    return {
      reason: 'languageMissing',
      detail:
        `${villageName} understands ${situation.languages.join(', ')}; ` +
        `"${bulletin.title}" is approved in ${choice.available.join(', ')} only`,
    };
  if (!fitsInside(spans, at, at + choice.audio.durationMs))
    return {
      reason: 'outsideWindow',
      detail:
        `${localStamp(at, zone)} for ${durationText(choice.audio.durationMs)} does not fit the broadcast windows of ` +
        `${villageName} (${windowsText(situation.windows)})`,
    };
  return null;
}
