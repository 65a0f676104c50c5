import { type Area, VILLAGE_KIND } from '../../shared/contract/api/area.ts';
import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Clip, ClipAudio } from '../../shared/contract/api/clip.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import type { WindowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import { sha256Hex } from '../../shared/core/canonical.ts';
import { makeZone, type Zone } from '../../shared/core/time.ts';
import { type AreaTree, effectiveLanguages, lineage, makeAreaTree } from './areas.ts';
import { plannable } from './chooseClip.ts';
import { rememberOccurrences } from './occurrences.ts';
import type { AimedRule, ApprovedAudio, RuleContent, VillageSituation } from './situation.ts';
import { effectiveWindowPolicy } from './windowPolicy.ts';

/** What the registry holds, as far as plans are made of it. */
export interface PlanSources {
  readonly areas: readonly Area[];
  readonly policies: readonly { readonly areaId: string; readonly policy: WindowPolicy }[];
  readonly rules: readonly ScheduleRule[];
  readonly bulletins: readonly Bulletin[];
  readonly campaigns: readonly Campaign[];
  readonly clips: readonly Clip[];
  /** Zone of areas whose policies name none. */
  readonly defaultZone: string;
}

/** The registry, indexed by village. */
export interface PlanWorld {
  readonly tree: AreaTree;
  /** Null for an id that is no village. */
  situationOf(villageId: string): VillageSituation | null;
  /** The area and its ancestors, nearest first; empty for an unknown one. */
  lineageOf(areaId: string): readonly string[];
  readonly approvedAudio: ApprovedAudio;
}

/** As many as a config message holds, and more levels than any country has. */
const MAX_DEPTH = 32;

export function makePlanWorld(sources: PlanSources): PlanWorld {
  const tree = makeAreaTree(sources.areas);
  const policies = new Map(sources.policies.map(({ areaId, policy }) => [areaId, policy]));
  const aimedAt = rulesByArea(contentsOf(sources));
  const approved = new Map<string, ClipAudio>();
  for (const usable of sources.clips.map(plannable))
    if (usable) approved.set(`${usable.clip.bulletinId}/${usable.audio.sha256}`, usable.audio);
  const zones = new Map<string, Zone>();
  const zoneOf = (id: string): Zone => {
    const zone = zones.get(id) ?? makeZone(id);
    zones.set(id, zone);
    return zone;
  };
  const lineageOf = (areaId: string): string[] =>
    lineage(tree, areaId)
      .slice(0, MAX_DEPTH)
      .map(({ id }) => id);

  return {
    tree,
    lineageOf,
    approvedAudio: (bulletinId, sha256) => approved.get(`${bulletinId}/${sha256}`) ?? null,
    situationOf(villageId) {
      const village = tree.byId.get(villageId);
      if (!village || village.kind !== VILLAGE_KIND) return null;
      const { policy } = effectiveWindowPolicy(tree, policies, villageId, sources.defaultZone);
      const chain = lineageOf(villageId);
      return {
        villageId,
        villageName: village.name,
        lineage: chain,
        zone: zoneOf(policy.zone ?? sources.defaultZone),
        windows: policy.windows,
        volume: { now: policy.volume, min: policy.volumeMin, max: policy.volumeMax },
        languages: effectiveLanguages(tree, villageId),
        rules: aimedRules(chain, aimedAt),
      };
    },
  };
}

function contentsOf({ rules, bulletins, campaigns, clips }: PlanSources): RuleContent[] {
  const bulletinById = new Map(bulletins.map((bulletin) => [bulletin.id, bulletin]));
  const campaignById = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
  const clipsOf = Map.groupBy(clips, ({ bulletinId }) => bulletinId);
  const contents: RuleContent[] = [];
  for (const rule of rules) {
    const bulletin = bulletinById.get(rule.bulletinId);
    if (!bulletin || !rule.active) continue;
    const campaign = campaignById.get(bulletin.campaignId ?? '') ?? null;
    const own = (clipsOf.get(bulletin.id) ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    // Of a bulletin's text and of a clip's progress nothing is planned: their changes must not look like one.
    const said = own
      .map(plannable)
      .map((usable) => usable && [usable.clip.language, usable.clip.uploadedAt, usable.audio]);
    const key = sha256Hex(
      JSON.stringify([rule, { ...bulletin, text: '' }, campaign && [campaign.name, campaign.from, campaign.to], said]),
    );
    contents.push({ rule, bulletin, campaign, clips: own, key, occurrences: rememberOccurrences(rule, campaign) });
  }
  return contents.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
}

function rulesByArea(contents: readonly RuleContent[]): Map<string, RuleContent[]> {
  const found = new Map<string, RuleContent[]>();
  for (const content of contents) {
    for (const areaId of new Set(content.rule.areaIds)) {
      const list = found.get(areaId);
      if (list) list.push(content);
      else found.set(areaId, [content]);
    }
  }
  return found;
}

function aimedRules(chain: readonly string[], aimedAt: ReadonlyMap<string, readonly RuleContent[]>): AimedRule[] {
  const aimed = new Map<RuleContent, AimedRule>();
  for (const [distance, id] of chain.entries()) {
    for (const content of aimedAt.get(id) ?? []) {
      // Nearest first: a rule aimed at a village and at its province counts as the village's own.
      if (!aimed.has(content)) aimed.set(content, { content, distance });
    }
  }
  return [...aimed.values()];
}
