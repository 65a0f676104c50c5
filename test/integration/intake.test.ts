import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStatusKeeper } from '../../server/usecases/agents/statusKeeper.ts';
import { exportLedger } from '../../server/usecases/ledger/exportLedger.ts';
import { makeLedgerIntake } from '../../server/usecases/ledger/intake.ts';
import { listLedger, summariseLedger } from '../../server/usecases/ledger/queryLedger.ts';
import { ledgerEntry } from '../../shared/contract/api/ledger.ts';
import { type PlaybackRecord, type ReportRecord, receiptMessage } from '../../shared/contract/messages/report.ts';
import { DAWN, faultOf, PlanningServer } from '../kit/planningServer.ts';
import { waitFor } from '../kit/wait.ts';

let server: PlanningServer;
let agent: string;

beforeEach(async () => {
  server = await PlanningServer.open();
  await server.fill();
  server.bus.connect(true);
  agent = (await server.box('are-a')).agentId;
  await server.rule();
  await server.published();
});

afterEach(() => server.close());

const played = (n: number, index = 0, over: Partial<PlaybackRecord> = {}): PlaybackRecord => {
  const item = server.plan(agent).items[index];
  if (!item) throw new Error(`no item ${index}`);
  return {
    n,
    kind: 'playback',
    recordedAt: item.at + 90_000,
    item: item.id,
    planSeq: 1,
    clip: item.clip,
    at: item.at,
    outcome: 'played',
    reason: null,
    startedAt: item.at + 1,
    heardMs: 90_000,
    clock: 'trusted',
    ...over,
  };
};
const report = (records: ReportRecord[], to = server.intake) => to.report(agent, { v: 1, agent, oldest: 1, records });
const upTo = () => server.bus.of('receipt', agent).map(({ body }) => receiptMessage.parse(body).upTo);
const entries = async () => (await listLedger(server.parts, {}, { limit: 100 })).items;

describe('the intake of reports', () => {
  it('writes records once, in any order and however often they come, and tells the box how far it is', async () => {
    await report([played(2, 1)]);
    await report([played(1)]);
    await report([played(1, 0, { outcome: 'skipped', reason: 'boxOff', heardMs: 0, startedAt: null }), played(2, 1)]);
    await waitFor(() => upTo().at(-1) === 2, 'the receipt');
    expect((await entries()).map(({ outcome, heardMs }) => [outcome, heardMs])).toEqual([
      ['played', 90_000],
      ['played', 90_000],
    ]);
    const seqs = server.bus.of('receipt', agent).map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
    const [sum] = await summariseLedger(server.parts, {}, 'total');
    expect(sum).toMatchObject({ planned: 2, played: 2, plannedMs: 180_000, heardMs: 180_000 });
  });

  it('takes many reports in few transactions', async () => {
    let transactions = 0;
    const { store } = server.parts;
    const counting = {
      ...store,
      transaction: ((work) => {
        transactions += 1;
        return store.transaction(work);
      }) as typeof store.transaction,
    };
    const intake = makeLedgerIntake({ ...server.parts, store: counting });
    await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        report([{ n: index + 1, kind: 'fault', recordedAt: DAWN, code: 'sink', detail: 'gone' }], intake),
      ),
    );
    await intake.stop();
    expect(transactions).toBeLessThan(10);
    expect(await store.repositories.ledger.receivedUpTo(agent)).toBe(400);
  });

  it('gives no receipt for what could not be written, and loses nothing of the others', async () => {
    const { store } = server.parts;
    const failing = {
      ...store,
      transaction: ((work) =>
        store.transaction(async (rows) =>
          work({
            ...rows,
            ledger: {
              ...rows.ledger,
              append: async (batches, now) => {
                if (batches.some(({ records }) => records.some(({ n }) => n === 7))) throw new Error('constraint');
                return rows.ledger.append(batches, now);
              },
            },
          }),
        )) as typeof store.transaction,
    };
    const intake = makeLedgerIntake({ ...server.parts, store: failing });
    const fault = (n: number): ReportRecord => ({ n, kind: 'fault', recordedAt: DAWN, code: 'sink', detail: 'gone' });
    const all = await Promise.allSettled([1, 2, 7, 3].map((n) => report([fault(n)], intake)));
    await intake.stop();
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(await store.repositories.ledger.receivedUpTo(agent)).toBe(3);
    expect(upTo().every((n) => n <= 3)).toBe(true);
  });

  it('settles what it took before it stops, and refuses what comes after', async () => {
    await report([played(2, 1)]); // the intake knows this agent now
    const taken = report([played(1)]);
    await nextTurn();
    await server.intake.stop();
    await taken;
    expect((await entries())[0]?.outcome).toBe('played');
    expect(await faultOf(report([played(3, 1)]))).toMatchObject({ code: 'server.stopping' });
  });

  it("refuses a report for somebody else's agent and one from nobody, and is done with them", async () => {
    await server.intake.report(agent, { v: 1, agent: 'agt-other', oldest: 1, records: [played(1)] });
    await server.intake.report('agt-none', { v: 1, agent: 'agt-none', oldest: 1, records: [played(1)] });
    expect(await server.parts.store.repositories.ledger.receivedUpTo(agent)).toBe(0);
    expect((await entries()).every(({ outcome }) => outcome === 'pending')).toBe(true);
  });

  it('writes results and faults into the audit log, each once', async () => {
    const result: ReportRecord = { n: 1, kind: 'result', recordedAt: DAWN, command: 'cmd-1', ok: true, detail: 'tone' };
    const fault: ReportRecord = { n: 2, kind: 'fault', recordedAt: DAWN, code: 'message.forged', detail: 'plan' };
    await Promise.all([report([result, fault]), report([result]), report([fault])]);
    await report([result, fault]);
    const audit = await server.parts.store.repositories.audit.page(100);
    const said = audit
      .filter(({ actor }) => actor === `agent:${agent}`)
      .map(({ action, subject }) => [action, subject]);
    expect(said.toSorted()).toEqual([
      ['agent.commandResult', 'cmd-1'],
      ['agent.enrol', agent],
      ['agent.fault', agent],
    ]);
  });
});

describe('status', () => {
  it('is kept as it was last heard, and nobody else can speak for a box', async () => {
    const keeper = makeStatusKeeper(server.parts, () => undefined);
    await keeper.status(agent, { v: 1, agent, online: false });
    await keeper.status(agent, { v: 1, agent: 'agt-other', online: false });
    await keeper.status('agt-none', { v: 1, agent: 'agt-none', online: false });
    expect([...(await server.parts.store.repositories.agents.statuses()).keys()]).toEqual([agent]);
    expect(server.events.filter(({ kind }) => kind === 'status')).toEqual([{ kind: 'status', agentId: agent }]);
    await keeper.stop();
  });
});

describe('the ledger', () => {
  it('opens in a spreadsheet: a byte order mark, local times, names, no formula', async () => {
    await report([played(1)]);
    const range = { from: '2026-02-01', to: '2026-02-28' };
    const csv = async (language: 'vi' | 'en', separator: ',' | ';') => {
      let text = '';
      for await (const piece of await exportLedger(server.parts, range, { language, separator })) text += piece;
      return text;
    };
    const lines = (await csv('vi', ',')).split('\r\n');
    expect(lines[0]).toMatch(/^\u{FEFF}Ngày,Giờ,"Thôn, bản",Bản tin,/u);
    expect(lines[1]).toContain(
      `2026-02-16,05:10,Bản a,"'=Vệ sinh ""đường làng""",thông thường,Tháng vệ sinh yêu nước,"Đường sạch, ngõ đẹp",,vi,90,đã phát,,2026-02-16 05:10,90,`,
    );
    expect(lines[2]).toContain(',chưa đến giờ,');
    expect(lines).toHaveLength(4);
    expect(await csv('en', ';')).toContain(';played;');
  });

  it('holds entries that the contract can say', async () => {
    for (const entry of await entries()) expect(ledgerEntry.encode(entry)).toBeTruthy();
  });

  it.each([
    [{ from: '2026-02-02', to: '2026-02-01' }, 'ledger.period', 'to'],
    [{ area: 'are-none' }, 'area.unknown', 'area'],
    [{ village: 'are-none' }, 'area.unknown', 'village'],
    [{ agent: 'agt-none' }, 'agent.unknown', 'agent'],
    [{ campaign: 'cam-none' }, 'campaign.unknown', 'campaign'],
    [{ theme: 'thm-none' }, 'theme.unknown', 'theme'],
    [{ organisation: 'org-none' }, 'organisation.unknown', 'organisation'],
  ])('refuses a question about nothing: %j', async (filter, code, field) => {
    const fault = { kind: 'invalid', code, fields: [{ field }] };
    expect(await faultOf(listLedger(server.parts, filter, { limit: 10 }))).toMatchObject(fault);
    expect(await faultOf(summariseLedger(server.parts, filter, 'day'))).toMatchObject(fault);
    expect(await faultOf(exportLedger(server.parts, filter, { language: 'vi', separator: ',' }))).toMatchObject(fault);
  });
});
