import { CompiledQuery, Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Exclusive } from '../../server/adapters/sql/engine/exclusive.ts';
import { openSqlite } from '../../server/adapters/sql/engine/openSqlite.ts';
import { ledgerRepository } from '../../server/adapters/sql/ledger/ledgerRepository.ts';
import { migrate } from '../../server/adapters/sql/migrations/migrate.ts';
import type { Tables } from '../../server/adapters/sql/tables.ts';
import type { LedgerRepository } from '../../server/ports/ledger.ts';
import type { LedgerFilter } from '../../shared/contract/api/ledger.ts';
import { DAY } from '../../shared/core/time.ts';
import { SILENT } from './engines.ts';
import { playback, playOf, START } from './ledgerSamples.ts';

const NOW = START + DAY;
const PLAYS = Array.from({ length: 40 }, (_, index) => playOf(`i${index}`, index));

/** A ledger of years must answer from its indices: what SQLite says of each statement may name no scan of a big table. */
describe('the ledger on SQLite reads no whole table of plays or records', () => {
  const asked: CompiledQuery[] = [];
  const db = new Kysely<Tables>({
    dialect: openSqlite(':memory:', new Exclusive()),
    log({ query }) {
      asked.push(query);
    },
  });
  let ledger: LedgerRepository;

  beforeAll(async () => {
    await migrate(db, 'sqlite', SILENT);
    ledger = ledgerRepository({ db, engine: 'sqlite', atomically: (work) => db.transaction().execute(work) });
    await ledger.replacePlanned('agt-1', START, PLAYS, START);
    await ledger.append([{ agentId: 'agt-1', oldest: 1, records: [playback(3, 'i1')] }], START);
  });
  afterAll(() => db.destroy());

  const day = { from: '2026-02-14', to: '2026-02-14' };
  const filters: LedgerFilter[] = [
    day,
    { village: 'are-v' },
    { agent: 'agt-1' },
    { area: 'are-p' },
    { area: 'are-p', ...day },
    { campaign: 'cam-1' },
    { theme: 'thm-1', ...day },
    { organisation: 'org-1', area: 'are-p' },
  ];
  const questions: [string, () => Promise<unknown>][] = [
    ...filters.flatMap((filter): [string, () => Promise<unknown>][] => [
      [`entries of ${JSON.stringify(filter)}`, () => ledger.entries(filter, { limit: 10 }, NOW)],
      [`summary of ${JSON.stringify(filter)}`, () => ledger.summary(filter, 'village', NOW)],
    ]),
    ['entries of all', () => ledger.entries({}, { limit: 10 }, NOW)],
    ['what is planned', () => ledger.planned('agt-1', START, NOW)],
    ['a new plan', () => ledger.replacePlanned('agt-1', START, PLAYS.slice(0, 9), NOW)],
    ['a report', () => ledger.append([{ agentId: 'agt-1', oldest: 2, records: [playback(5, 'i2')] }], NOW)],
    [
      'a report of what nobody planned',
      () => ledger.append([{ agentId: 'agt-1', oldest: 2, records: [playback(4, 'x')] }], NOW),
    ],
    ['what nobody planned', () => ledger.unplanned(10)],
    ['records', () => ledger.records('agt-1', 0, 10)],
  ];

  it.each(questions)('%s', async (_, ask) => {
    asked.length = 0;
    await ask();
    const statements = asked.filter(({ sql }) => sql.includes('ledger_'));
    expect(statements.length).toBeGreaterThan(0);
    for (const { sql, parameters } of statements) {
      const explained = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
      const { rows } = await db.executeQuery<{ detail: string }>(explained);
      const scans = rows
        .map(({ detail }) => detail)
        .filter((detail) => /^SCAN (ledger_play|ledger_record)\b(?! USING INDEX ledger_record_unplanned)/.test(detail));
      expect(scans, sql).toEqual([]);
    }
  });
});
