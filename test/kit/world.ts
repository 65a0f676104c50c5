import { DEFAULT_ZONE, type Instant, makeZone, SECOND, wallClock } from '../../shared/core/time.ts';
import type { Api } from './api.ts';

/** A recording to upload, as the samples' manifest names it. */
export interface WorldClip {
  readonly path: string;
  readonly language: string;
  readonly voice: string;
}

export interface WorldBulletin {
  readonly title: string;
  readonly theme: string;
  readonly clips: readonly WorldClip[];
}

export interface World {
  readonly provinceId: string;
  readonly communeId: string;
  readonly villages: readonly { readonly id: string; readonly name: string; readonly languages: readonly string[] }[];
  readonly campaignId: string;
  readonly themes: readonly { readonly id: string; readonly name: string }[];
  readonly organisationId: string;
  readonly bulletins: PlacedBulletin[];
}

export interface PlacedBulletin {
  readonly id: string;
  readonly title: string;
  /** Of its longest recording. */
  readonly durationMs: number;
}

/** Places that do not exist, so that nobody takes the demo for a report about theirs. */
const VILLAGES = [
  { name: 'Thôn Nà Lộc', languages: ['vi'], position: { lat: 22.331, lon: 103.842 } },
  { name: 'Bản Phiêng Ca', languages: ['vi-x-south', 'vi'], position: { lat: 22.345, lon: 103.861 } },
  { name: 'Bản Tà Lèng', languages: ['en', 'vi'], position: { lat: 22.318, lon: 103.874 } },
] as const;

/**
 * Fills an empty server through its API, as staff would: a commune with three villages and windows all day long, a
 * campaign with themes, bulletins with their recordings uploaded, submitted and approved.
 * @param tell hears each step in words, and for long ones how far it is (0..1)
 * @param themes of bulletins that will be added later
 */
export async function buildWorld(
  api: Api,
  bulletins: readonly WorldBulletin[],
  now: Instant,
  tell: (step: string, done?: number) => void,
  themes: readonly string[] = [],
): Promise<World> {
  const today = wallClock(now, makeZone(DEFAULT_ZONE)).date;
  tell('đơn vị hành chính / areas');
  const province = await api.createArea({
    code: 'HB',
    name: 'Tỉnh Hoa Ban (mẫu)',
    kind: 'province',
    validFrom: '2025-07-01',
  });
  const commune = await api.createArea({
    code: 'HB-MH',
    name: 'Xã Mường Hoa',
    kind: 'commune',
    parentId: province.id,
    validFrom: '2025-07-01',
  });
  const villages = [];
  for (const [index, village] of VILLAGES.entries()) {
    villages.push(
      await api.createArea({
        code: `HB-MH-${index + 1}`,
        name: village.name,
        kind: 'village',
        parentId: commune.id,
        validFrom: '2025-07-01',
        languages: [...village.languages],
        position: village.position,
      }),
    );
  }
  await api.putWindows(commune.id, [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
  ]);
  tell('chiến dịch / campaign');
  const union = await api.createOrganisation('Hội Phụ nữ xã Mường Hoa');
  const campaign = await api.createCampaign({
    name: 'Thi đua xây dựng nông thôn mới',
    documentNumber: '128/KH-UBND',
    issuer: 'Uỷ ban nhân dân xã Mường Hoa',
    from: today,
    to: `${Number(today.slice(0, 4)) + 1}-12-31`,
    movements: ['Cả nước chung sức xây dựng nông thôn mới'],
    themes: [...new Set([...themes, ...bulletins.map((bulletin) => bulletin.theme)])],
    areaIds: [commune.id],
    organisationIds: [union.id],
  });
  const world: World = {
    provinceId: province.id,
    communeId: commune.id,
    villages,
    campaignId: campaign.id,
    themes: campaign.themes,
    organisationId: union.id,
    bulletins: [],
  };
  for (const bulletin of bulletins) world.bulletins.push(await addBulletin(api, world, bulletin, tell));
  return world;
}

/** Makes a bulletin, uploads its recordings and has them approved. Its theme must be one of the campaign's. */
export async function addBulletin(
  api: Api,
  world: World,
  bulletin: WorldBulletin,
  tell: (step: string, done?: number) => void,
): Promise<PlacedBulletin> {
  const { id } = await api.createBulletin({
    title: bulletin.title,
    campaignId: world.campaignId,
    themeId: world.themes.find((theme) => theme.name === bulletin.theme)?.id ?? null,
    organisationId: world.organisationId,
    areaId: world.communeId,
  });
  let durationMs = 0;
  for (const recording of bulletin.clips) {
    const step = `bản tin / bulletin: ${bulletin.title} (${recording.language})`;
    tell(step, 0);
    const uploaded = await api.upload(id, recording.path, recording.language, recording.voice);
    const clip = await api.approveWhenReady(uploaded.id, (done) => tell(step, done));
    durationMs = Math.max(durationMs, clip.audio?.durationMs ?? 0);
    tell(step, 1);
  }
  return { id, title: bulletin.title, durationMs };
}

/** Local date and time of an instant in the demo's zone, as a schedule rule names it. */
export function ruleTime(at: Instant): { date: string; time: string } {
  const { date, ofDay } = wallClock(at, makeZone(DEFAULT_ZONE));
  const seconds = Math.floor(ofDay / SECOND);
  const part = (value: number): string => String(value).padStart(2, '0');
  return {
    date,
    time: `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`,
  };
}

/** One rule for each date on which a bulletin is to be heard at these instants (whole seconds). */
export async function scheduleAt(
  api: Api,
  bulletinId: string,
  areaIds: readonly string[],
  instants: readonly Instant[],
): Promise<void> {
  const byDate = new Map<string, string[]>();
  for (const instant of instants) {
    const { date, time } = ruleTime(instant);
    byDate.set(date, [...(byDate.get(date) ?? []), time]);
  }
  for (const [date, times] of byDate) {
    await api.createRule({ bulletinId, areaIds, dates: [date], times });
  }
}
