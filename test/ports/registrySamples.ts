import type { OutgoingMessage, Repositories } from '../../server/ports/store.ts';
import type { Agent } from '../../shared/contract/api/agent.ts';
import type { Area } from '../../shared/contract/api/area.ts';
import type { Bulletin } from '../../shared/contract/api/bulletin.ts';
import type { Campaign } from '../../shared/contract/api/campaign.ts';
import type { Clip } from '../../shared/contract/api/clip.ts';
import type { ScheduleRule } from '../../shared/contract/api/scheduleRule.ts';

/** Rows that say something in every column, so that none can be mixed up unseen. */
export const NOW = 1_771_000_000_000;
export const SHA = 'a'.repeat(64);

export function areaOf(id: string, change: Partial<Area> = {}): Area {
  return {
    id,
    code: `C-${id}`,
    name: 'Bản Phố',
    kind: 'village',
    parentId: null,
    validFrom: '2025-07-01',
    validTo: null,
    languages: ['hmn', 'vi'],
    position: { lat: 22.33, lon: 103.84 },
    formerNames: [{ name: 'Thôn Cũ', until: '2025-06-30' }],
    formerParents: [{ parentId: null, until: '2025-06-30' }],
    ...change,
  };
}

export function campaignOf(id: string, change: Partial<Campaign> = {}): Campaign {
  return {
    id,
    name: 'Phòng cháy, chữa cháy rừng',
    documentNumber: '128/KH-UBND',
    issuer: null,
    from: '2026-02-01',
    to: '2026-04-30',
    movements: ['Toàn dân đoàn kết'],
    areaIds: ['are-1'],
    organisationIds: ['org-1'],
    themes: [
      { id: `${id}-t2`, name: 'Đốt nương' },
      { id: `${id}-t1`, name: 'Canh lửa' },
    ],
    ...change,
  };
}

export const bulletin: Bulletin = {
  id: 'bul-1',
  title: 'Không đốt nương',
  class: 'priority',
  campaignId: 'cam-1',
  themeId: 'cam-1-t1',
  organisationId: 'org-1',
  areaId: 'are-1',
  text: 'Dòng một\nDòng hai',
};

export function clipOf(id: string, change: Partial<Clip> = {}): Clip {
  return {
    id,
    bulletinId: 'bul-1',
    language: 'vi',
    voice: null,
    state: 'draft',
    processing: { state: 'queued' },
    original: { sha256: SHA, bytes: 5_000_000_000, name: 'bản tin.mp3' },
    audio: null,
    approvedSha256: null,
    reason: null,
    uploadedAt: NOW,
    ...change,
  };
}

export const audio = {
  sha256: 'b'.repeat(64),
  bytes: 1000,
  durationMs: 15_000,
  lufs: -16.02,
  truePeakDb: -1.6,
  originalLufs: -23.5,
  originalTruePeakDb: 0.2,
  clippedShare: 0.000125,
};

export const rule: ScheduleRule = {
  id: 'rul-1',
  bulletinId: 'bul-1',
  areaIds: ['are-1'],
  weekdays: ['mon', 'sun'],
  dates: ['2026-02-17'],
  times: ['05:10', '17:00:30'],
  from: null,
  to: '2026-03-01',
  repeats: 2,
  repeatGapSeconds: 5,
  active: true,
};

export const agent: Agent = {
  id: 'agt-1',
  villageId: 'are-1',
  name: 'Cụm loa nhà văn hóa',
  state: 'new',
  createdAt: NOW,
  enrolledAt: null,
  planSeq: 0,
};

export const message: OutgoingMessage = {
  kind: 'plan',
  subject: 'agt-1',
  seq: 1,
  bodyHash: 'h',
  jws: 'a.b.c',
  expiresAt: NOW,
  published: false,
};

/** An area, an organisation, a campaign and a bulletin, for what refers to them. */
export async function fill(repositories: Repositories): Promise<void> {
  await repositories.areas.insert(areaOf('are-1'));
  await repositories.organisations.insert({ id: 'org-1', name: 'Hội Nông dân', shortName: null, areaId: 'are-1' });
  await repositories.campaigns.insert(campaignOf('cam-1'));
  await repositories.bulletins.insert(bulletin);
}
