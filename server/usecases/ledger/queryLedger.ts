import type { LedgerEntry, LedgerFilter, LedgerGroup, LedgerSum } from '../../../shared/contract/api/ledger.ts';
import type { Page } from '../../ports/paging.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Listed } from '../paging.ts';
import { checkLedgerFilter } from './ledgerFilterChecks.ts';

/** Planned plays and what became of them, a page at a time. @throws Fault as `checkLedgerFilter` */
export async function listLedger(
  { store, clock }: Pick<ServerParts, 'store' | 'clock'>,
  filter: LedgerFilter,
  page: Page,
): Promise<Listed<LedgerEntry>> {
  await checkLedgerFilter(store.repositories, filter);
  return await store.repositories.ledger.entries(filter, page, clock.now());
}

/** The same added up by group; in each group planned is the sum of the outcomes. @throws Fault as `checkLedgerFilter` */
export async function summariseLedger(
  { store, clock }: Pick<ServerParts, 'store' | 'clock'>,
  filter: LedgerFilter,
  by: LedgerGroup,
): Promise<LedgerSum[]> {
  await checkLedgerFilter(store.repositories, filter);
  return await store.repositories.ledger.summary(filter, by, clock.now());
}
