import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSigner } from '../../server/adapters/crypto/openSigner.ts';
import { writeDurably } from '../../server/adapters/files/writeDurably.ts';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import { createEventHub } from '../../server/adapters/system/eventHub.ts';
import { systemClock } from '../../server/adapters/system/systemClock.ts';
import type { PlannedPlay } from '../../server/ports/ledger.ts';
import type { AgentBus } from '../../server/ports/messaging.ts';
import { makeLedgerIntake } from '../../server/usecases/ledger/intake.ts';
import { recordingLog } from '../kit/brokers.ts';
import { anArea } from '../kit/planning.ts';
import { benchRecord, localDateOf } from './benchRecords.ts';
import type { ReportSink } from './reportSink.ts';

/**
 * The product's own end of a report: the ledger in a fresh SQLite file with synchronous=FULL, which holds every play
 * that will be reported, and signed receipts over the bus.
 */
export async function openLedgerSink(agentIds: readonly string[], records: number, bus: AgentBus): Promise<ReportSink> {
  const folder = await mkdtemp(join(tmpdir(), 'loaban-bench-'));
  const log = recordingLog();
  const store = await openStore({ url: `sqlite:${join(folder, 'ledger.db')}`, log });
  const signer = await openSigner({ file: join(folder, 'key.pem'), writeDurably, log });
  await store.transaction(async ({ areas, agents }) => {
    await areas.insert(anArea('are-bench', null));
    for (const id of agentIds) {
      const village = `are-${id}`;
      await areas.insert(anArea(village, 'are-bench'));
      const times = { createdAt: systemClock.now(), enrolledAt: systemClock.now() };
      await agents.insert({ id, villageId: village, name: id, state: 'enrolled', planSeq: 7, ...times });
    }
  });
  for (const id of agentIds) {
    const plays = Array.from({ length: records }, (_, index) => plannedFor(id, index + 1));
    await store.repositories.ledger.replacePlanned(id, plays[0]?.item.at ?? 0, plays, systemClock.now());
  }
  const intake = makeLedgerIntake({ store, clock: systemClock, log, events: createEventHub(log), signer, bus });
  return {
    name: 'the ledger (SQLite, synchronous=FULL), with receipts',
    report: (agentId, message) => intake.report(agentId, message),
    async close() {
      await intake.stop();
      await store.close();
      await rm(folder, { recursive: true });
      const wrong = log.lines.find((line) => /ERROR|WARN/.test(line));
      if (wrong !== undefined) throw new Error(`the ledger was not content: ${wrong}`);
    },
  };
}

function plannedFor(agent: string, n: number): PlannedPlay {
  const { item, at, clip } = benchRecord(agent, n);
  return {
    item: {
      id: item,
      at,
      durationMs: 44_000,
      clip,
      class: 'normal',
      rule: 'rul-bench',
      bulletin: 'bul-bench',
      campaign: null,
      title: 'Bản tin',
      repeat: 1,
    },
    villageId: `are-${agent}`,
    villageName: agent,
    areaPath: `/are-bench/are-${agent}/`,
    day: localDateOf(at),
    themeId: null,
    organisationId: null,
    language: 'vi',
  };
}
