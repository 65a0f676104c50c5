import { fork } from 'node:child_process';
import { join } from 'node:path';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import { createAgentBus } from '../../server/adapters/mqtt/bus/createAgentBus.ts';
import type { AgentBus } from '../../server/ports/messaging.ts';
import { rightsOf } from '../../shared/contract/rights.ts';
import { embeddedBroker, mosquittoBroker, recordingLog, type TestBroker } from '../kit/brokers.ts';
import { findProgram } from '../kit/needs.ts';
import { waitFor } from '../kit/wait.ts';
import { BareClient } from './bareMqtt.ts';
import { openLedgerSink } from './ledgerSink.ts';
import type { PublishOrder } from './reportPublishers.ts';
import type { ReportSink } from './reportSink.ts';
import { type BenchResult, renderResult } from './result.ts';

export interface ReportBenchOptions {
  readonly boxes?: number;
  /** Records in a message, one run each: 1 is a box that reports play by play, 100 one that was cut off for a night. */
  readonly perMessage?: readonly number[];
  /** Messages of a run, about. */
  readonly messages?: number;
  /** Default: the real ledger. Opened before anything is sent; `records` is how many each box will send. */
  readonly openSink?: (agentIds: readonly string[], records: number, bus: AgentBus) => Promise<ReportSink>;
}

const PASSWORD = 'thu-nghiem';

/** For finding out what broker and bus cost by themselves. */
export const countOnly = async (): Promise<ReportSink> => ({
  name: 'a sink that only counts',
  report: async () => undefined,
  close: async () => undefined,
});

/** Records a second from many boxes over MQTT into a sink, on each broker that is here. */
export async function benchReports(options: ReportBenchOptions = {}): Promise<readonly BenchResult[]> {
  const brokers = [embeddedBroker, ...(findProgram('mosquitto') === null ? [] : [mosquittoBroker])];
  const results: BenchResult[] = [];
  for (const perMessage of options.perMessage ?? [1, 20]) {
    for (const open of brokers) results.push(await benchOn(await open(), perMessage, options));
  }
  return results;
}

async function benchOn(broker: TestBroker, perMessage: number, options: ReportBenchOptions): Promise<BenchResult> {
  const { boxes = 200, openSink = openLedgerSink } = options;
  const messages = Math.max(1, Math.round((options.messages ?? 40_000 / Math.sqrt(perMessage)) / boxes));
  const total = messages * boxes * perMessage;
  const agents = Array.from({ length: boxes }, (_, index) => `agt-bench-${index}`);
  const passwordHash = await createSecrets().hashBrokerPassword(PASSWORD);
  try {
    await broker.accounts.replaceAll(
      agents.map((agent) => ({ username: agent, passwordHash, identity: { kind: 'agent', agent, areas: [] } })),
    );
    const order = {
      port: broker.port,
      agents,
      password: PASSWORD,
      messages,
      records: perMessage,
      window: 8,
      firstN: 1,
    };
    const floorSeconds = await floorRun(broker, order, perMessage, total);
    const { seconds, into } = await busRun(broker, order, openSink, total);
    return {
      name: `reports through ${broker.name}, ${perMessage} record${perMessage === 1 ? '' : 's'} a message`,
      unit: 'records/s',
      floor: total / floorSeconds,
      ours: total / seconds,
      ratio: floorSeconds / seconds,
      aim: '20,000 records/s; ratio 1 is a client that only acknowledges',
      notes: [`${total.toLocaleString('en')} records of ${boxes} boxes into ${into}`],
    };
  } finally {
    await broker.close();
  }
}

type Order = Omit<Extract<PublishOrder, { do: 'prepare' }>, 'do'>;

/** The same payloads through the same broker to a client that only acknowledges. */
async function floorRun(broker: TestBroker, order: Order, perMessage: number, total: number): Promise<number> {
  let arrived = 0;
  const { username, password } = broker.connection;
  const bare = await BareClient.connect(broker.port, username, password);
  bare.onMessage = () => {
    arrived += perMessage;
  };
  await bare.subscribe(rightsOf({ kind: 'server' }).subscribe);
  const seconds = await timed(order, () => arrived >= total);
  bare.end();
  return seconds;
}

async function busRun(
  broker: TestBroker,
  order: Order,
  openSink: NonNullable<ReportBenchOptions['openSink']>,
  total: number,
): Promise<{ seconds: number; into: string }> {
  let settled = 0;
  const log = recordingLog();
  const bus = createAgentBus({ connection: broker.connection, log });
  const sink = await openSink(order.agents, order.messages * order.records, bus);
  await bus.start({
    async report(agentId, message) {
      await sink.report(agentId, message);
      settled += message.records.length;
    },
    status: async () => undefined,
    refused: (topic, reason) => log.error(`${topic}: ${reason}`),
    connected: () => undefined,
    disconnected: () => undefined,
  });
  await waitFor(() => bus.connected, 'the bus');
  const seconds = await timed(order, () => settled >= total);
  await bus.stop();
  await sink.close();
  const wrong = log.lines.find((line) => /ERROR|WARN/.test(line));
  if (wrong !== undefined) throw new Error(`the run was not clean: ${wrong}`);
  return { seconds, into: sink.name };
}

/** Lets the boxes, in a process of their own, publish; resolves with the seconds until all has arrived. */
async function timed(order: Order, all: () => boolean): Promise<number> {
  const child = fork(join(import.meta.dirname, 'reportPublishers.ts'), { stdio: 'inherit' });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the boxes ended with ${code}`))));
  });
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
  child.send({ do: 'prepare', ...order } satisfies PublishOrder);
  await Promise.race([ready, ended]);
  const begun = performance.now();
  child.send({ do: 'go' } satisfies PublishOrder);
  await Promise.all([waitFor(all, 'all records to arrive', 300_000), ended]);
  return (performance.now() - begun) / 1000;
}

if (import.meta.main) {
  for (const options of [{}, { openSink: countOnly, perMessage: [1, 20, 100] }]) {
    for (const result of await benchReports(options)) process.stdout.write(`${renderResult(result)}\n`);
  }
}
