import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentRecords } from '../../server/ports/ledger.ts';
import type { Store } from '../../server/ports/store.ts';
import { LEDGER_GROUPS } from '../../shared/contract/api/ledger.ts';
import type { PlaybackRecord, ReportRecord } from '../../shared/contract/messages/report.ts';
import { DAY, MINUTE } from '../../shared/core/time.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { faultRecord, playback, playOf, START } from './ledgerSamples.ts';

const ITEMS = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5'];
/** Half of the plays are over by then. */
const NOW = START + 25 * MINUTE;

/** What a box wrote, by n from 1: of planned plays (also twice), of unplanned ones, and other things. */
const journal = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ item: fc.constantFrom(...ITEMS, 'other'), outcome: outcomeOf() }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  { maxLength: 14 },
);

function outcomeOf() {
  return fc.constantFrom<PlaybackRecord['outcome']>('played', 'partly', 'skipped');
}

const story = fc.tuple(journal, journal, fc.integer({ min: 0, max: 4 })).chain(([one, two, lost]) => {
  const records = [recordsOf(one), recordsOf(two)];
  const sent = records.flatMap((own, box) => own.slice(box === 0 ? lost : 0).map((record) => ({ box, record })));
  // Every record at least once, some twice, in any order, cut into batches anywhere.
  return fc.record({
    records: fc.constant(records),
    lost: fc.constant(Math.min(lost, one.length)),
    order: fc
      .tuple(fc.constant(sent), fc.subarray(sent))
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 }),
  });
});

function recordsOf(entries: ({ item: string; outcome: PlaybackRecord['outcome'] } | null)[]): ReportRecord[] {
  return entries.map((entry, index) =>
    entry === null
      ? faultRecord(index + 1)
      : playback(index + 1, entry.item, { outcome: entry.outcome, heardMs: index * 1000 }),
  );
}

for (const engine of ENGINES) {
  describe(`any way that reports arrive, on ${engine.name}`, () => {
    let running: RunningEngine;
    let store: Store;
    let runs = 0;
    beforeAll(async () => {
      running = await engine.start();
      store = await running.cheapStore();
    });
    afterAll(() => running.stop());

    it('the ledger ends the same, and its sums equal the plan', async () => {
      await fc.assert(
        fc.asyncProperty(story, async ({ records, lost, order, cuts }) => {
          const { ledger } = store.repositories;
          // Boxes and a campaign of each run's own, in one database.
          const run = ++runs;
          const agents = [`agt-${run}-a`, `agt-${run}-b`];
          const campaign = `cam-${run}`;
          const plays = ITEMS.map((item, index) => playOf(item, index)).map((play) => ({
            ...play,
            item: { ...play.item, campaign },
          }));
          for (const agent of agents) await ledger.replacePlanned(agent, START, plays, START);

          const oldest = [lost + 1, 1];
          const receipts = new Map<string, number>();
          let added = 0;
          for (let from = 0, cut = 0; from < order.length; cut++) {
            const size = cuts[cut % cuts.length] ?? 1;
            const batches = order.slice(from, from + size).map(
              ({ box, record }): AgentRecords => ({
                agentId: agents[box] ?? '',
                oldest: oldest[box] ?? 1,
                records: [record],
              }),
            );
            for (const receipt of await ledger.append(batches, START)) {
              expect(receipt.upTo).toBeGreaterThanOrEqual(receipts.get(receipt.agentId) ?? 0);
              receipts.set(receipt.agentId, receipt.upTo);
              added += receipt.added;
            }
            from += size;
          }

          const expected: string[] = [];
          for (const [box, own] of records.entries()) {
            const kept = own.slice(box === 0 ? lost : 0);
            expect(added === 0 || receipts.size > 0).toBe(true);
            if (kept.length > 0) expect(receipts.get(agents[box] ?? '')).toBe(own.length);
            expect(await ledger.records(agents[box] ?? '', 0, 100)).toEqual(kept);
            for (const [index, item] of ITEMS.entries()) {
              const first = kept.find((record) => record.kind === 'playback' && record.item === item);
              const over = START + index * 10 * MINUTE + MINUTE < NOW;
              const outcome = first?.kind === 'playback' ? first.outcome : over ? 'unknown' : 'pending';
              expected.push(`${agents[box]} ${item} ${outcome} ${first?.kind === 'playback' ? first.heardMs : 0}`);
            }
          }
          expect(added).toBe(records.flat().length - Math.min(lost, records[0]?.length ?? 0));
          const { items } = await ledger.entries({ campaign }, { limit: 100 }, NOW);
          const found = items.map((entry) => `${entry.agentId} ${entry.itemId} ${entry.outcome} ${entry.heardMs}`);
          expect(found.sort()).toEqual(expected.sort());

          for (const by of LEDGER_GROUPS) {
            const sums = await ledger.summary({ campaign }, by, NOW);
            let planned = 0;
            for (const sum of sums) {
              expect(sum.played + sum.partly + sum.skipped + sum.unknown + sum.pending).toBe(sum.planned);
              planned += sum.planned;
            }
            expect(planned).toBe(agents.length * ITEMS.length);
          }
          const others = records.flatMap((own, box) =>
            own
              .slice(box === 0 ? lost : 0)
              .filter((record) => record.kind === 'playback' && record.item === 'other')
              .map(({ n }) => `${agents[box]} ${n}`),
          );
          const unplanned = (await ledger.unplanned(10_000)).map(({ agentId, record }) => `${agentId} ${record.n}`);
          expect(unplanned.filter((text) => text.startsWith(`agt-${run}-`)).sort()).toEqual(others.sort());
        }),
        { numRuns: engine.manyWriters ? 25 : 60 },
      );
    });

    it('a plan replaced in any way counts what it holds and what was reported', async () => {
      const plan = fc.subarray(ITEMS);
      const steps = fc.array(fc.oneof(plan, fc.constantFrom(...ITEMS)), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(steps, async (changes) => {
          const { ledger } = store.repositories;
          const agentId = `agt-${++runs}`;
          const reported = new Set<string>();
          const everPlanned = new Set<string>();
          let current: readonly string[] = [];
          let n = 0;
          for (const change of changes) {
            if (typeof change === 'string') {
              await ledger.append([{ agentId, oldest: 1, records: [playback(++n, change)] }], START);
              reported.add(change);
            } else {
              const plays = ITEMS.map((item, index) => playOf(item, index)).filter(({ item }) =>
                change.includes(item.id),
              );
              await ledger.replacePlanned(agentId, START, plays, START);
              current = change;
              for (const item of change) everPlanned.add(item);
            }
          }
          const counted = ITEMS.filter(
            (item) => current.includes(item) || (everPlanned.has(item) && reported.has(item)),
          );
          const { items } = await ledger.entries({ agent: agentId }, { limit: 100 }, START + DAY);
          expect(items.map(({ itemId, outcome }) => [itemId, outcome])).toEqual(
            counted.map((item) => [item, reported.has(item) ? 'played' : 'unknown']),
          );
        }),
        { numRuns: engine.manyWriters ? 25 : 100 },
      );
    });
  });
}
