import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeArea } from '../../server/usecases/areas/changeArea.ts';
import { listAreas } from '../../server/usecases/areas/listAreas.ts';
import { moveArea } from '../../server/usecases/areas/moveArea.ts';
import { changeBulletin } from '../../server/usecases/bulletins/changeBulletin.ts';
import { changeCampaign } from '../../server/usecases/campaigns/changeCampaign.ts';
import { createCampaign } from '../../server/usecases/campaigns/createCampaign.ts';
import { changeOrganisation } from '../../server/usecases/organisations/changeOrganisation.ts';
import { createOrganisation } from '../../server/usecases/organisations/createOrganisation.ts';
import { getEffectiveWindowPolicy } from '../../server/usecases/windowPolicies/getEffectiveWindowPolicy.ts';
import { putWindowPolicy } from '../../server/usecases/windowPolicies/putWindowPolicy.ts';
import { removeWindowPolicy } from '../../server/usecases/windowPolicies/removeWindowPolicy.ts';
import { newCampaign } from '../../shared/contract/api/campaign.ts';
import { newOrganisation } from '../../shared/contract/api/organisation.ts';
import { windowPolicy } from '../../shared/contract/api/windowPolicy.ts';
import { EDITOR, Registry } from '../kit/registry.ts';

let at: Registry;
beforeEach(async () => {
  at = await Registry.open();
});
afterEach(() => at.close());

const NOWHERE = 'are-nowhere';
const page = { limit: 100 };
/** What is tried, and the refusal it must meet: kind, code, field. */
type Case = readonly [work: () => Promise<unknown>, kind: string, code: string, field: string];

async function expectRefusals(cases: readonly Case[]): Promise<void> {
  for (const [work, kind, code, field] of cases) {
    expect(await at.refused(work)).toMatchObject({ kind, code, fields: [field] });
  }
}

describe('areas', () => {
  /** A province with two communes and a village in the first. */
  const tree = async () => {
    const province = await at.area('P', null, 'province');
    const first = await at.area('P-1', province.id, 'commune');
    const second = await at.area('P-2', province.id, 'commune');
    const village = await at.area('P-1-1', first.id, 'village');
    return { province, first, second, village };
  };

  it('are renamed and moved with their history, and listed level by level', async () => {
    const { province, first, second, village } = await tree();
    expect((await listAreas(at.parts, { ...page, parent: 'top' })).items).toEqual([province]);
    const begun = await listAreas(at.parts, { limit: 1, parent: province.id });
    expect(begun.next).toBe(begun.items[0]?.id);
    const rest = await listAreas(at.parts, { limit: 1, parent: province.id, after: begun.next ?? '' });
    expect([...begun.items, ...rest.items].map(({ id }) => id)).toEqual([first.id, second.id].sort());
    expect(rest.next).toBe(null);
    expect((await listAreas(at.parts, { limit: 4 })).next).toBe(null);

    const renamed = await changeArea(at.parts, EDITOR, village.id, { name: 'Bản Mới', languages: ['hmn', 'vi'] });
    expect(renamed.formerNames).toEqual([{ name: village.name, until: '2026-07-14' }]);
    const moved = await moveArea(at.parts, EDITOR, village.id, { parentId: second.id, from: '2026-07-01' });
    const formerParents = [{ parentId: first.id, until: '2026-06-30' }];
    expect(moved).toEqual({ ...renamed, parentId: second.id, formerParents });
    expect((await listAreas(at.parts, { ...page, code: 'P-1-1' })).items).toEqual([moved]);
    expect(at.refreshed).toEqual(['area changed', 'area moved']);
  });

  it('may follow one another under the same code, but not stand side by side', async () => {
    const old = await at.area('X', null, 'district', { validTo: '2025-12-31' });
    const next = await at.area('X', null, 'commune', { validFrom: '2026-01-01' });
    const found = await listAreas(at.parts, { ...page, code: 'X' });
    expect(found.items.map(({ id }) => id)).toEqual([old.id, next.id].sort());
    const overlap = ['conflict', 'area.codeOverlaps', 'code'] as const;
    await expectRefusals([
      [() => changeArea(at.parts, EDITOR, old.id, { validTo: '2026-01-01' }), ...overlap],
      [() => changeArea(at.parts, EDITOR, old.id, { validTo: null }), ...overlap],
      [() => at.area('X', null, 'ward', { validFrom: '2025-12-31', validTo: '2025-12-31' }), ...overlap],
    ]);
  });

  it('are refused when they make no sense, and nothing changes', async () => {
    const { province, first, second, village } = await tree();
    const ended = await at.area('E', null, 'commune', { validTo: '2026-06-30' });
    const young = await at.area('Y', null, 'commune', { validFrom: '2026-07-10' });
    const move = (id: string, parentId: string | null, from: string) => () =>
      moveArea(at.parts, EDITOR, id, { parentId, from });
    const end = (id: string, validTo: string) => () => changeArea(at.parts, EDITOR, id, { validTo });
    const twice = { languages: ['vi', 'tay', 'vi'] };
    await expectRefusals([
      [() => at.area('N', NOWHERE, 'commune'), 'invalid', 'area.unknown', 'parentId'],
      [() => at.area('N', village.id, 'village'), 'invalid', 'area.parentIsVillage', 'parentId'],
      [() => at.area('N', ended.id, 'village'), 'invalid', 'area.parentEnds', 'parentId'],
      [() => at.area('N', null, 'village', { validTo: '2025-06-30' }), 'invalid', 'area.validity', 'validTo'],
      [() => at.area('P-1', null, 'commune'), 'conflict', 'area.codeOverlaps', 'code'],
      [() => at.area('N', null, 'village', twice), 'invalid', 'area.languageTwice', 'languages[2]'],
      [() => changeArea(at.parts, EDITOR, NOWHERE, { name: 'N' }), 'notFound', 'area.unknown', 'id'],
      [end(first.id, '2026-12-31'), 'conflict', 'area.areasBelow', 'validTo'],
      [end(village.id, '2025-01-01'), 'invalid', 'area.validity', 'validTo'],
      [move(NOWHERE, second.id, '2026-07-01'), 'notFound', 'area.unknown', 'id'],
      [move(village.id, NOWHERE, '2026-07-01'), 'invalid', 'area.unknown', 'parentId'],
      [move(province.id, first.id, '2026-07-01'), 'invalid', 'area.circle', 'parentId'],
      [move(first.id, first.id, '2026-07-01'), 'invalid', 'area.circle', 'parentId'],
      [move(second.id, village.id, '2026-07-01'), 'invalid', 'area.parentIsVillage', 'parentId'],
      [move(village.id, first.id, '2026-07-01'), 'conflict', 'area.sameParent', 'parentId'],
      [move(village.id, ended.id, '2026-06-01'), 'invalid', 'area.parentEnds', 'parentId'],
      [move(village.id, second.id, '2025-06-30'), 'invalid', 'area.moveTooEarly', 'from'],
      [move(village.id, young.id, '2026-07-09'), 'invalid', 'area.parentNotYet', 'from'],
      [move(village.id, second.id, '2026-07-16'), 'invalid', 'area.moveInFuture', 'from'],
      [move(ended.id, province.id, '2026-07-01'), 'invalid', 'area.moveTooLate', 'from'],
    ]);
    await moveArea(at.parts, EDITOR, village.id, { parentId: second.id, from: '2026-07-01' });
    await expectRefusals([
      [move(village.id, first.id, '2026-06-30'), 'invalid', 'area.moveTooEarly', 'from'],
      [end(village.id, '2026-06-30'), 'invalid', 'area.endsBeforeMove', 'validTo'],
    ]);
  });
});

describe('window policies', () => {
  it('hold below the area that set them, until an area below sets its own', async () => {
    const commune = await at.area('C', null, 'commune');
    const village = await at.area('C-1', commune.id, 'village');
    const policy = windowPolicy.parse({
      windows: [{ days: ['mon', 'sun'], from: '05:00', to: '06:00' }],
      zone: 'Asia/Vientiane',
    });
    const own = windowPolicy.parse({ windows: [], volume: 40 });
    const effective = () => getEffectiveWindowPolicy(at.parts, village.id);
    expect(await effective()).toMatchObject({ setBy: null, policy: { windows: [], zone: 'Asia/Ho_Chi_Minh' } });
    await putWindowPolicy(at.parts, EDITOR, commune.id, policy);
    expect(await effective()).toEqual({ areaId: village.id, setBy: commune.id, policy });
    expect(await putWindowPolicy(at.parts, EDITOR, village.id, own)).toEqual({
      areaId: village.id,
      setBy: village.id,
      policy: { ...own, zone: 'Asia/Vientiane' },
    });
    await removeWindowPolicy(at.parts, EDITOR, village.id);
    expect(await effective()).toMatchObject({ setBy: commune.id });
    expect(at.refreshed).toEqual(['window policy set', 'window policy set', 'window policy removed']);

    const put = (id: string, over: object) => () => putWindowPolicy(at.parts, EDITOR, id, { ...policy, ...over });
    const remove = (id: string) => () => removeWindowPolicy(at.parts, EDITOR, id);
    await expectRefusals([
      [put(NOWHERE, {}), 'notFound', 'area.unknown', 'id'],
      [put(village.id, { volume: 90, volumeMax: 60 }), 'invalid', 'windowPolicy.invalid', 'volume'],
      [remove(village.id), 'notFound', 'windowPolicy.none', 'id'],
      [remove(NOWHERE), 'notFound', 'area.unknown', 'id'],
      [() => getEffectiveWindowPolicy(at.parts, NOWHERE), 'notFound', 'area.unknown', 'id'],
    ]);
  });
});

describe('organisations, campaigns and bulletins', () => {
  const campaign = async (areaId: string, over: Record<string, unknown> = {}) => {
    const input = { name: 'Chiến dịch', from: '2026-07-01', to: '2026-12-31', areaIds: [areaId], ...over };
    return await createCampaign(at.parts, EDITOR, newCampaign.parse(input));
  };

  it('refer only to what is there', async () => {
    const { id } = await at.area('C', null, 'commune');
    const union = await createOrganisation(at.parts, EDITOR, newOrganisation.parse({ name: 'Hội Phụ nữ', areaId: id }));
    const made = await campaign(id, { themes: ['Vệ sinh'], organisationIds: [union.id] });
    const themeId = made.themes[0]?.id;
    const other = await campaign(id, { themes: ['Rừng'] });
    const bulletin = await at.bulletin({ areaId: id, campaignId: made.id, themeId, organisationId: union.id });
    const change = (input: object) => () => changeBulletin(at.parts, EDITOR, bulletin.id, input);
    await expectRefusals([
      [() => changeOrganisation(at.parts, EDITOR, union.id, { areaId: NOWHERE }), 'invalid', 'area.unknown', 'areaId'],
      [() => changeOrganisation(at.parts, EDITOR, 'org-x', {}), 'notFound', 'organisation.unknown', 'id'],
      [() => campaign(NOWHERE), 'invalid', 'area.unknown', 'areaIds[0]'],
      [() => campaign(id, { areaIds: [id, id] }), 'invalid', 'campaign.namedTwice', 'areaIds[1]'],
      [() => campaign(id, { organisationIds: ['org-x'] }), 'invalid', 'organisation.unknown', 'organisationIds[0]'],
      [() => campaign(id, { themes: ['Rừng', 'rừng'] }), 'invalid', 'campaign.themeTwice', 'themes[1]'],
      [() => changeCampaign(at.parts, EDITOR, made.id, { to: '2026-06-30' }), 'invalid', 'campaign.period', 'to'],
      [() => changeCampaign(at.parts, EDITOR, 'cam-x', {}), 'notFound', 'campaign.unknown', 'id'],
      [() => at.bulletin({ areaId: NOWHERE }), 'invalid', 'area.unknown', 'areaId'],
      [change({ areaId: NOWHERE }), 'invalid', 'area.unknown', 'areaId'],
      [change({ campaignId: 'cam-x' }), 'invalid', 'campaign.unknown', 'campaignId'],
      [change({ campaignId: other.id }), 'invalid', 'theme.notOfCampaign', 'themeId'],
      [change({ campaignId: null }), 'invalid', 'theme.withoutCampaign', 'campaignId'],
      [change({ organisationId: 'org-x' }), 'invalid', 'organisation.unknown', 'organisationId'],
      [() => changeBulletin(at.parts, EDITOR, 'bul-x', {}), 'notFound', 'bulletin.unknown', 'id'],
    ]);
    const theirs = { campaignId: other.id, themeId: other.themes[0]?.id ?? null };
    expect(await changeBulletin(at.parts, EDITOR, bulletin.id, theirs)).toEqual({ ...bulletin, ...theirs });
  });

  it('keep a theme that a bulletin names, and let it have another name', async () => {
    const { id } = await at.area('C', null, 'commune');
    const made = await campaign(id, { themes: ['Vệ sinh', 'Rừng'] });
    const [used, unused] = made.themes;
    await at.bulletin({ areaId: id, campaignId: made.id, themeId: used?.id, title: 'Sạch bản' });
    const fault = await at.refused(() => changeCampaign(at.parts, EDITOR, made.id, { themes: [] }));
    expect(fault).toMatchObject({ kind: 'conflict', code: 'campaign.themeInUse', fields: ['themes'] });
    expect(fault.message).toContain('Sạch bản');
    const changed = await changeCampaign(at.parts, EDITOR, made.id, {
      themes: [{ id: used?.id, name: 'Vệ sinh yêu nước' }, { name: 'Nước sạch' }],
    });
    expect(changed.themes[0]).toEqual({ id: used?.id, name: 'Vệ sinh yêu nước' });
    expect(changed.themes.map((theme) => theme.id)).not.toContain(unused?.id);
  });

  it('let no bulletin that has schedule rules become an emergency', async () => {
    const bulletin = await at.bulletin();
    await at.parts.store.repositories.scheduleRules.insert({
      id: 'rul-a',
      bulletinId: bulletin.id,
      areaIds: [bulletin.areaId],
      weekdays: ['mon'],
      dates: [],
      times: ['05:10'],
      from: null,
      to: null,
      repeats: 1,
      repeatGapSeconds: 5,
      active: true,
    });
    const raise = () => changeBulletin(at.parts, EDITOR, bulletin.id, { class: 'emergency' });
    await expectRefusals([[raise, 'conflict', 'bulletin.hasRules', 'class']]);
  });
});
