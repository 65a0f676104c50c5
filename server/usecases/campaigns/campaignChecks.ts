import type { Campaign } from '../../../shared/contract/api/campaign.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { referred, refuseFaults, repeated } from '../../domain/checks.ts';
import type { Repositories } from '../../ports/store.ts';

/** Refuses a period that ends before it begins. @throws Fault `campaign.period` */
export function checkPeriod({ from, to }: Pick<Campaign, 'from' | 'to'>): void {
  if (from <= to) return;
  throw new Fault('invalid', 'campaign.period', `The campaign would end on ${to}, before it begins on ${from}.`, [
    { field: 'to', message: `must be ${from} or later` },
  ]);
}

/** Refuses target areas and organisations that are not there, or named twice. @throws Fault `area.unknown`, `organisation.unknown`, `campaign.namedTwice` */
export async function checkTargets(
  { areas, organisations }: Pick<Repositories, 'areas' | 'organisations'>,
  { areaIds, organisationIds }: Pick<Campaign, 'areaIds' | 'organisationIds'>,
): Promise<void> {
  refuseFaults('campaign.namedTwice', [
    ...repeated(areaIds, (index) => `areaIds[${index}]`),
    ...repeated(organisationIds, (index) => `organisationIds[${index}]`),
  ]);
  for (const [index, id] of areaIds.entries()) referred(await areas.get(id), 'area', `areaIds[${index}]`, id);
  for (const [index, id] of organisationIds.entries()) {
    referred(await organisations.get(id), 'organisation', `organisationIds[${index}]`, id);
  }
}
