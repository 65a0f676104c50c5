import type { Area } from '../../shared/contract/api/area.ts';
import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Clip } from '../../shared/contract/api/clip.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import type { WindowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import { Fault, type FieldFault } from '../../shared/core/fault.ts';
import { type Instant, makeZone } from '../../shared/core/time.ts';
import { type AreaTree, villagesUnder } from './areas.ts';
import { refuseFaults } from './checks.ts';
import { plannable } from './chooseClip.ts';
import { durationText, windowsText } from './localText.ts';
import { isWithin, periodOf } from './occurrences.ts';
import { everFits, isYetToCome } from './ruleTimes.ts';
import { effectiveWindowPolicy } from './windowPolicy.ts';

/** What a rule is checked against. */
export interface RuleSurroundings {
  readonly bulletin: Bulletin;
  readonly campaign: Campaign | null;
  readonly clips: readonly Clip[];
  readonly tree: AreaTree;
  readonly policies: ReadonlyMap<string, WindowPolicy>;
  readonly defaultZone: string;
  readonly now: Instant;
}

/**
 * Refuses a rule by which nothing could ever be heard, or that is meant otherwise than it would be heard. A rule that is
 * not active may be unfinished: of it only what it refers to is checked.
 */
export function checkRule(rule: ScheduleRule, around: RuleSurroundings): void {
  checkClass(around.bulletin);
  const villages = checkTargets(rule, around.tree);
  if (!rule.active) return;
  checkPeriod(rule, around.campaign);
  const shortestMs = checkClips(around);
  checkTimes(rule, around, villages, shortestMs);
}

function checkClass({ title, class: bulletinClass }: Bulletin): void {
  if (bulletinClass !== 'emergency') return;
  throw new Fault(
    'invalid',
    'rule.emergencyClass',
    `"${title}" is an emergency: it is put on air at once, not planned.`,
    [{ field: 'bulletinId', message: 'must be a normal or priority bulletin' }],
  );
}

function checkTargets({ areaIds }: ScheduleRule, tree: AreaTree): Area[] {
  const faultsWhere = (wrong: (id: string) => boolean, message: string): FieldFault[] =>
    areaIds.flatMap((id, index) => (wrong(id) ? [{ field: `areaIds[${index}]`, message }] : []));
  refuseFaults(
    'rule.areaUnknown',
    faultsWhere((id) => !tree.byId.has(id), 'must be the id of an area that exists'),
  );
  refuseFaults(
    'rule.areaWithoutVillages',
    faultsWhere((id) => villagesUnder(tree, [id]).length === 0, 'must be a village or an area with villages below it'),
  );
  return villagesUnder(tree, areaIds);
}

function checkPeriod(rule: ScheduleRule, campaign: Campaign | null): void {
  if (campaign) {
    const span = `the period of the campaign, ${campaign.from} to ${campaign.to}`;
    const outside = (['from', 'to'] as const).filter((end) => {
      const date = rule[end];
      return date !== null && (date < campaign.from || date > campaign.to);
    });
    refuseFaults(
      'rule.outsideCampaign',
      outside.map((field) => ({ field, message: `must lie within ${span}, or be left out to follow it` })),
    );
  }
  const period = periodOf(rule, campaign);
  refuseFaults(
    'rule.dateOutsidePeriod',
    rule.dates.flatMap((date, index) =>
      isWithin(date, period)
        ? []
        : [
            {
              field: `dates[${index}]`,
              message: `must lie from ${period.from ?? 'any day'} to ${period.to ?? 'any day'}`,
            },
          ],
    ),
  );
}

/** The length of the shortest recording that may be planned, in ms. */
function checkClips({ clips, bulletin }: RuleSurroundings): number {
  const lengths = clips.flatMap((clip) => plannable(clip)?.audio.durationMs ?? []);
  if (lengths.length > 0) return Math.min(...lengths);
  throw new Fault(
    'invalid',
    'rule.noApprovedClip',
    `No recording of "${bulletin.title}" is approved in any language.`,
    [{ field: 'bulletinId', message: 'must be a bulletin with an approved recording: have one approved first' }],
  );
}

function checkTimes(rule: ScheduleRule, around: RuleSurroundings, villages: readonly Area[], shortestMs: number): void {
  const { campaign, now } = around;
  // Villages under one policy are alike.
  const kinds = new Map<string, { village: Area; policy: WindowPolicy; zoneId: string }>();
  for (const village of villages) {
    const { policy } = effectiveWindowPolicy(around.tree, around.policies, village.id, around.defaultZone);
    const zoneId = policy.zone ?? around.defaultZone;
    const key = JSON.stringify([zoneId, policy.windows]);
    if (!kinds.has(key)) kinds.set(key, { village, policy, zoneId });
  }
  const found = [...kinds.values()].map((kind) => ({ ...kind, zone: makeZone(kind.zoneId) }));
  if (!found.some(({ zone }) => isYetToCome(rule, campaign, zone, now))) throw inPast(rule, campaign);
  if (found.some(({ policy, zone }) => everFits(rule, campaign, policy.windows, zone, shortestMs, now))) return;
  const shown = found.slice(0, 3).map(({ village, policy }) => `${village.name}: ${windowsText(policy.windows)}`);
  const more = found.length > shown.length ? `; and ${found.length - shown.length} other sets of windows` : '';
  throw new Fault(
    'invalid',
    'rule.outsideWindows',
    `At none of these times does the recording (${durationText(shortestMs)}) fit a broadcast window. Windows: ${shown.join('. ')}${more}.`,
    [{ field: 'times', message: 'must hold a time at which the whole recording lies inside a broadcast window' }],
  );
}

function inPast(rule: ScheduleRule, campaign: Campaign | null): Fault {
  const { to } = periodOf(rule, campaign);
  const field = rule.weekdays.length === 0 ? 'dates' : rule.to === null && to !== null ? 'bulletinId' : 'to';
  const remedy = {
    dates: 'must hold a date and time that is still to come',
    bulletinId: `must be of a campaign that has not ended (this one ended on ${to})`,
    to: 'must leave a day of the rule that is still to come',
  };
  return new Fault(
    'invalid',
    'rule.inPast',
    'By this rule nothing would be heard any more: all its times have passed.',
    [{ field, message: remedy[field] }],
  );
}
