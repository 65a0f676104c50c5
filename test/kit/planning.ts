import type { Area } from '../../shared/contract/api/area.ts';
import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Clip } from '../../shared/contract/api/clip.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';
import type { WindowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import { sha256Hex } from '../../shared/core/canonical.ts';
import { WEEKDAYS } from '../../shared/core/time.ts';

/** Rows as the registry holds them, with everything that a planning test does not care about filled in. */
export function anArea(id: string, parentId: string | null, over: Partial<Area> = {}): Area {
  return {
    id,
    code: id,
    name: `Area ${id}`,
    kind: parentId === null ? 'province' : 'village',
    parentId,
    validFrom: '2025-07-01',
    validTo: null,
    languages: [],
    position: null,
    formerNames: [],
    formerParents: [],
    ...over,
  };
}

export function aPolicy(from = '05:00', to = '06:00', over: Partial<WindowPolicy> = {}): WindowPolicy {
  return {
    windows: [{ days: [...WEEKDAYS], from, to }],
    volume: 80,
    volumeMin: 0,
    volumeMax: 100,
    zone: null,
    ...over,
  };
}

export function aCampaign(id: string, over: Partial<Campaign> = {}): Campaign {
  return {
    id,
    name: 'Tháng vệ sinh yêu nước',
    documentNumber: null,
    issuer: null,
    from: '2026-01-01',
    to: '2026-12-31',
    movements: [],
    areaIds: ['are-top'],
    organisationIds: [],
    themes: [],
    ...over,
  };
}

export function aBulletin(id: string, over: Partial<Bulletin> = {}): Bulletin {
  return {
    id,
    title: `Bản tin ${id}`,
    class: 'normal',
    campaignId: null,
    themeId: null,
    organisationId: null,
    areaId: 'are-top',
    text: '',
    ...over,
  };
}

/** An approved clip; its bytes are named by its id. */
export function aClip(id: string, bulletinId: string, durationMs: number, over: Partial<Clip> = {}): Clip {
  const sha256 = sha256Hex(id);
  return {
    id,
    bulletinId,
    language: 'vi',
    voice: null,
    state: 'approved',
    processing: { state: 'ready' },
    original: { sha256, bytes: 1000, name: `${id}.wav` },
    audio: {
      sha256,
      bytes: 1000,
      durationMs,
      lufs: -16,
      truePeakDb: -2,
      originalLufs: -20,
      originalTruePeakDb: -3,
      clippedShare: 0,
    },
    approvedSha256: sha256,
    reason: null,
    uploadedAt: 1_767_000_000_000,
    ...over,
  };
}

export function aRule(id: string, bulletinId: string, over: Partial<ScheduleRule> = {}): ScheduleRule {
  return {
    id,
    bulletinId,
    areaIds: ['are-top'],
    weekdays: [...WEEKDAYS],
    dates: [],
    times: ['05:10'],
    from: null,
    to: null,
    repeats: 1,
    repeatGapSeconds: 5,
    active: true,
    ...over,
  };
}
