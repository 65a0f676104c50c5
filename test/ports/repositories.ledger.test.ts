import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerRepository } from '../../server/ports/ledger.ts';
import type { Store } from '../../server/ports/store.ts';
import type { LedgerFilter } from '../../shared/contract/api/ledger.ts';
import { DAY, HOUR, MINUTE } from '../../shared/core/time.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import { faultRecord, playback, playOf, START } from './ledgerSamples.ts';

const NOW = START - DAY;
const LATER = START + 30 * DAY;
const AGENT = 'agt-1';

const outcomes = async (ledger: LedgerRepository, filter: LedgerFilter = {}, now = LATER) =>
  (await ledger.entries(filter, { limit: 100 }, now)).items.map(({ itemId, outcome }) => `${itemId} ${outcome}`);
const total = async (ledger: LedgerRepository, filter: LedgerFilter = {}, now = LATER) =>
  (await ledger.summary(filter, 'total', now))[0];

for (const engine of ENGINES) {
  describe(`the ledger on ${engine.name}`, () => {
    let running: RunningEngine;
    let store: Store;
    let ledger: LedgerRepository;
    beforeAll(async () => {
      running = await engine.start();
    });
    afterAll(() => running.stop());
    const fresh = async () => {
      store = await running.freshStore();
      ledger = store.repositories.ledger;
    };

    it('adds, drops and revives plays from an instant on, and gives them back as they were planned', async () => {
      await fresh();
      const plays = ['a', 'b', 'c'].map((item, index) => playOf(item, index));
      await ledger.replacePlanned(AGENT, START, plays, NOW);
      expect(await ledger.planned(AGENT, START, LATER)).toEqual(plays);
      expect(await ledger.planned(AGENT, START + 10 * MINUTE, START + 20 * MINUTE)).toEqual([plays[1]]);
      await ledger.replacePlanned(AGENT, START + 10 * MINUTE, plays.slice(2), NOW);
      expect(await outcomes(ledger)).toEqual(['a unknown', 'c unknown']);
      await ledger.replacePlanned(AGENT, START + 10 * MINUTE, plays.slice(1, 2), NOW);
      expect(await ledger.planned(AGENT, START, LATER)).toEqual(plays.slice(0, 2));
      expect(await ledger.planned('agt-2', START, LATER)).toEqual([]);
      await expect(ledger.replacePlanned(AGENT, START + 1, plays, NOW)).rejects.toThrow(RangeError);
    });

    it('shows a play by its newest plan until its outcome is known, and then as it was', async () => {
      await fresh();
      await ledger.replacePlanned(AGENT, START, [playOf('a', 0), playOf('b', 1)], NOW);
      await ledger.append([{ agentId: AGENT, oldest: 1, records: [playback(1, 'a')] }], NOW);
      const moved = { villageName: 'Bản Mới', areaPath: '/are-q/are-v/', themeId: 'thm-2' };
      await ledger.replacePlanned(AGENT, START, [playOf('a', 0, moved), playOf('b', 1, moved)], NOW);
      const { items } = await ledger.entries({}, { limit: 10 }, LATER);
      expect(items.map(({ villageName, themeId }) => [villageName, themeId])).toEqual([
        ['Bản Phố', 'thm-1'],
        ['Bản Mới', 'thm-2'],
      ]);
      expect(await outcomes(ledger, { area: 'are-c' })).toEqual(['a played']);
      expect(await outcomes(ledger, { area: 'are-q' })).toEqual(['b unknown']);
      expect(await outcomes(ledger, { theme: 'thm-2' })).toEqual(['b unknown']);
    });

    it('takes each record once and says how far it has come', async () => {
      await fresh();
      await ledger.replacePlanned(AGENT, START, [playOf('a', 0), playOf('b', 1)], NOW);
      const send = (oldest: number, ...records: Parameters<typeof playback>[]) =>
        ledger.append([{ agentId: AGENT, oldest, records: records.map((record) => playback(...record)) }], NOW);
      expect(await send(1, [2, 'b'])).toEqual([{ agentId: AGENT, upTo: 0, added: 1 }]);
      expect(await send(1, [1, 'a'], [2, 'b', { outcome: 'skipped' }])).toEqual([
        { agentId: AGENT, upTo: 2, added: 1 },
      ]);
      expect(await send(1, [1, 'a'])).toEqual([{ agentId: AGENT, upTo: 2, added: 0 }]);
      expect(await outcomes(ledger)).toEqual(['a played', 'b played']);
      expect(await ledger.receivedUpTo(AGENT)).toBe(2);
      expect(await ledger.receivedUpTo('agt-2')).toBe(0);
      expect(await ledger.append([], NOW)).toEqual([]);
      const { items } = await ledger.entries({ agent: AGENT }, { limit: 1 }, LATER);
      expect(items[0]).toMatchObject({ startedAt: START, heardMs: MINUTE, reason: null, at: START });
    });

    it('joins several batches of one box, and answers each box once', async () => {
      await fresh();
      const receipts = await ledger.append(
        [
          { agentId: 'agt-b', oldest: 1, records: [faultRecord(3), faultRecord(1)] },
          { agentId: 'agt-a', oldest: 1, records: [faultRecord(1)] },
          { agentId: 'agt-b', oldest: 1, records: [faultRecord(2), faultRecord(3)] },
        ],
        NOW,
      );
      expect(receipts).toEqual([
        { agentId: 'agt-b', upTo: 3, added: 3 },
        { agentId: 'agt-a', upTo: 1, added: 1 },
      ]);
      expect(await ledger.records('agt-b', 1, 10)).toEqual([faultRecord(2), faultRecord(3)]);
      expect(await ledger.records('agt-b', 0, 1)).toEqual([faultRecord(1)]);
    });

    it('waits for nothing below the oldest that the box still has, and notes the loss', async () => {
      await fresh();
      const send = (oldest: number, ...ns: number[]) =>
        ledger.append([{ agentId: AGENT, oldest, records: ns.map(faultRecord) }], NOW);
      await send(1, 1, 2, 6);
      expect(await send(6, 7)).toEqual([{ agentId: AGENT, upTo: 7, added: 1 }]);
      const [gap] = await store.repositories.audit.page(10);
      expect(gap).toMatchObject({
        action: 'ledger.gap',
        subject: AGENT,
        actor: `agent:${AGENT}`,
        detail: { from: 3, to: 5, missing: 3 },
      });
      // What comes late after all is taken in, and lowers nothing.
      expect(await send(1, 4)).toEqual([{ agentId: AGENT, upTo: 7, added: 1 }]);
      expect(await store.repositories.audit.page(10)).toHaveLength(1);
    });

    it('finds the end of a run that was there before the gap in front of it closed', async () => {
      await fresh();
      const send = (...ns: number[]) =>
        ledger.append([{ agentId: AGENT, oldest: 1, records: ns.map(faultRecord) }], NOW);
      await send(3, 4, 5, 8);
      expect((await send(1))[0]?.upTo).toBe(1);
      expect((await send(2))[0]?.upTo).toBe(5);
      expect((await send(7))[0]?.upTo).toBe(5);
      expect((await send(6))[0]?.upTo).toBe(8);
    });

    it('counts no dropped play, unless something of it was reported or heard', async () => {
      await fresh();
      const plays = ['a', 'b', 'c', 'd'].map((item, index) => playOf(item, index));
      await ledger.replacePlanned(AGENT, START, plays, NOW);
      const records = [playback(1, 'a', { outcome: 'partly', reason: 'withdrawn', heardMs: 5 })];
      await ledger.append([{ agentId: AGENT, oldest: 1, records }], NOW);
      await ledger.replacePlanned(AGENT, START, [], NOW);
      expect(await outcomes(ledger)).toEqual(['a partly']);
      // The box had not heard that they were dropped: b it played, c it did not.
      const late = [playback(2, 'b'), playback(3, 'c', { outcome: 'skipped', reason: 'muted', heardMs: 0 })];
      await ledger.append([{ agentId: AGENT, oldest: 1, records: late }], NOW);
      expect(await outcomes(ledger)).toEqual(['a partly', 'b played']);
      expect(await total(ledger)).toMatchObject({ planned: 2, played: 1, partly: 1, heardMs: MINUTE + 5 });
      await ledger.replacePlanned(AGENT, START, plays.slice(2), NOW);
      expect(await outcomes(ledger)).toEqual(['a partly', 'b played', 'c skipped', 'd unknown']);
      expect(await ledger.unplanned(10)).toEqual([]);
    });

    it('keeps records of plays that nobody planned, and settles them once they are', async () => {
      await fresh();
      const records = [playback(1, 'a', { outcome: 'partly' }), faultRecord(2), playback(3, 'a'), playback(4, 'z')];
      await ledger.append([{ agentId: AGENT, oldest: 1, records }], NOW);
      expect((await ledger.unplanned(10)).map(({ record }) => record.n)).toEqual([4, 3, 1]);
      expect((await ledger.unplanned(1))[0]?.agentId).toBe(AGENT);
      expect(await total(ledger)).toMatchObject({ planned: 0, heardMs: 0 });
      await ledger.replacePlanned(AGENT, START, [playOf('a', 0)], NOW);
      expect(await outcomes(ledger)).toEqual(['a partly']);
      expect((await ledger.unplanned(10)).map(({ record }) => record.n)).toEqual([4]);
    });

    it('calls a play pending until its end and unknown after it', async () => {
      await fresh();
      await ledger.replacePlanned(AGENT, START, [playOf('a', 0), playOf('b', 1)], NOW);
      expect(await outcomes(ledger, {}, START + MINUTE)).toEqual(['a pending', 'b pending']);
      expect(await outcomes(ledger, {}, START + MINUTE + 1)).toEqual(['a unknown', 'b pending']);
      expect(await total(ledger, {}, START + MINUTE + 1)).toMatchObject({ planned: 2, unknown: 1, pending: 1 });
      expect(await outcomes(ledger, { outcome: 'unknown' }, START + MINUTE + 1)).toEqual(['a unknown']);
      expect(await outcomes(ledger, { outcome: 'pending' }, START + MINUTE + 1)).toEqual(['b pending']);
      expect(await outcomes(ledger, { outcome: 'played' })).toEqual([]);
    });

    it('asks by day, area, village, box, campaign, theme and organisation, and groups by them', async () => {
      await fresh();
      const village = { villageId: 'are-w', areaPath: '/are-p/are-c2/are-w/', organisationId: 'org-1' };
      const base = playOf('x', 0);
      const bare = { item: { ...base.item, id: 'w2', at: base.item.at + DAY, campaign: null }, themeId: null };
      await ledger.replacePlanned('agt-v', START, [playOf('v1', 0), playOf('v2', 20)], NOW);
      // Its day is that of the village, seven hours ahead.
      const early = { ...playOf('w1', 0, village), day: '2026-02-13' };
      await ledger.replacePlanned('agt-w', START, [early, { ...playOf('w2', 20, village), ...bare }], NOW);
      const names = async (filter: LedgerFilter) =>
        (await ledger.entries(filter, { limit: 10 }, LATER)).items.map(({ itemId }) => itemId);
      expect(await names({})).toEqual(['v1', 'w1', 'v2', 'w2']);
      expect(await names({ from: '2026-02-14', to: '2026-02-14' })).toEqual(['v1']);
      expect(await names({ to: '2026-02-13' })).toEqual(['w1']);
      expect(await names({ area: 'are-p', from: '2026-02-15' })).toEqual(['v2', 'w2']);
      expect(await names({ area: 'are-c' })).toEqual(['v1', 'v2']);
      expect(await names({ area: 'are' })).toEqual([]);
      expect(await names({ village: 'are-w' })).toEqual(['w1', 'w2']);
      expect(await names({ agent: 'agt-v' })).toEqual(['v1', 'v2']);
      expect(await names({ campaign: 'cam-1', area: 'are-c2' })).toEqual(['w1']);
      expect(await names({ theme: 'thm-1' })).toEqual(['v1', 'w1', 'v2']);
      expect(await names({ organisation: 'org-1' })).toEqual(['w1', 'w2']);
      const keys = async (by: Parameters<LedgerRepository['summary']>[1]) =>
        (await ledger.summary({}, by, LATER)).map(({ key, planned }) => [key, planned]);
      expect(await keys('village')).toEqual([
        ['are-v', 2],
        ['are-w', 2],
      ]);
      expect(await keys('campaign')).toEqual([
        ['cam-1', 3],
        [null, 1],
      ]);
      expect(await keys('theme')).toEqual([
        ['thm-1', 3],
        [null, 1],
      ]);
      expect(await keys('organisation')).toEqual([
        ['org-1', 2],
        [null, 2],
      ]);
      expect(await keys('day')).toEqual([
        ['2026-02-13', 1],
        ['2026-02-14', 1],
        ['2026-02-15', 2],
      ]);
      expect(await total(ledger, { village: 'are-v' })).toMatchObject({ planned: 2, plannedMs: 2 * MINUTE });
    });

    it('pages through plays far apart without losing or repeating one', async () => {
      await fresh();
      const far = [0, 1, 2, 20, 21, 20 * 40, 20 * 400, 20 * 400 + 1];
      const plays = far.map((index) => playOf(`i${String(index).padStart(5, '0')}`, index));
      for (const agent of ['agt-a', 'agt-b']) await ledger.replacePlanned(agent, START, plays, NOW);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await ledger.entries({ area: 'are-p' }, { limit: 3, after }, NOW);
        seen.push(...page.items.map(({ itemId, agentId }) => `${itemId} ${agentId}`));
        after = page.next ?? undefined;
      } while (after !== undefined);
      expect(seen).toEqual(plays.flatMap(({ item }) => [`${item.id} agt-a`, `${item.id} agt-b`]));
      await expect(ledger.entries({}, { limit: 3, after: 'page 2' }, NOW)).rejects.toMatchObject({
        code: 'page.cursor',
      });
    });

    it('does not lose a play that begins just outside a day of UTC', async () => {
      await fresh();
      const at = START - 7 * HOUR;
      const play = playOf('a', 0);
      await ledger.replacePlanned(AGENT, at, [{ ...play, item: { ...play.item, at } }], NOW);
      expect(await outcomes(ledger, { from: '2026-02-14', to: '2026-02-14' })).toEqual(['a unknown']);
    });
  });
}
