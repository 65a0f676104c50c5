import type { LedgerFilter } from '../../../shared/contract/api/ledger.ts';
import { makeZone, type Zone } from '../../../shared/core/time.ts';
import { makeAreaTree } from '../../domain/areas.ts';
import { CSV_BOM, type CsvSeparator, csvLine } from '../../domain/csv.ts';
import { type CsvLanguage, type LedgerNames, ledgerHeader, ledgerRow } from '../../domain/ledgerCsv.ts';
import { effectiveWindowPolicy } from '../../domain/windowPolicy.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { checkLedgerFilter } from './ledgerFilterChecks.ts';

export interface ExportOptions {
  readonly language: CsvLanguage;
  readonly separator: CsvSeparator;
}

type ExportParts = Pick<ServerParts, 'store' | 'clock' | 'settings'>;

/** Rows read at a time: an export of years is never whole in memory. */
const PAGE = 1_000;

/**
 * The ledger as a CSV file for a spreadsheet, in pieces. All faults come before the first piece.
 * @throws Fault as `checkLedgerFilter`
 */
export async function exportLedger(
  parts: ExportParts,
  filter: LedgerFilter,
  options: ExportOptions,
): Promise<AsyncIterable<string>> {
  await checkLedgerFilter(parts.store.repositories, filter);
  return pieces(parts, filter, options, await namesOf(parts));
}

async function* pieces(
  { store, clock }: ExportParts,
  filter: LedgerFilter,
  { language, separator }: ExportOptions,
  names: LedgerNames,
): AsyncGenerator<string> {
  const now = clock.now(); // one for all pages: what is pending on the first is pending on the last
  yield CSV_BOM + csvLine(ledgerHeader(language), separator);
  let after: string | undefined;
  do {
    const page = await store.repositories.ledger.entries(filter, { limit: PAGE, after }, now);
    if (page.items.length > 0)
      yield page.items.map((entry) => csvLine(ledgerRow(entry, names, language), separator)).join('');
    after = page.next ?? undefined;
  } while (after !== undefined);
}

async function namesOf({ store, settings }: ExportParts): Promise<LedgerNames> {
  const { areas, windowPolicies, campaigns, organisations } = store.repositories;
  const tree = makeAreaTree(await areas.all());
  const policies = new Map((await windowPolicies.all()).map(({ areaId, policy }) => [areaId, policy]));
  const allCampaigns = await campaigns.all();
  const campaignNames = new Map(allCampaigns.map(({ id, name }) => [id, name]));
  const themeNames = new Map(allCampaigns.flatMap(({ themes }) => themes.map(({ id, name }) => [id, name] as const)));
  const organisationNames = new Map((await organisations.all()).map(({ id, name }) => [id, name]));
  const zones = new Map<string, Zone>();
  return {
    campaign: (id) => campaignNames.get(id) ?? id,
    theme: (id) => themeNames.get(id) ?? id,
    organisation: (id) => organisationNames.get(id) ?? id,
    zoneOf(villageId) {
      const id = effectiveWindowPolicy(tree, policies, villageId, settings.zone).policy.zone ?? settings.zone;
      const zone = zones.get(id) ?? makeZone(id);
      zones.set(id, zone);
      return zone;
    },
  };
}
