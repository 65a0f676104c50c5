import { z } from 'zod';
import { topicFor } from '../../shared/contract/topics.ts';
import { BareClient, publishPacket } from './bareMqtt.ts';
import { benchReport } from './benchRecords.ts';

/** What the parent tells this process: who publishes how much, and then to begin. */
export const publishOrder = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('prepare'),
    port: z.int(),
    agents: z.array(z.string()),
    password: z.string(),
    messages: z.int().describe('a box'),
    records: z.int().describe('a message'),
    window: z.int().describe('unacknowledged messages a box'),
    firstN: z.int(),
  }),
  z.object({ do: z.literal('go') }),
]);
export type PublishOrder = z.infer<typeof publishOrder>;
type Preparation = Extract<PublishOrder, { do: 'prepare' }>;

async function prepare(order: Preparation): Promise<() => Promise<void>> {
  const boxes = await Promise.all(
    order.agents.map(async (agent) => ({
      client: await BareClient.connect(order.port, agent, order.password),
      // Made before the clock runs: the cost of making them is the boxes', not the server's.
      packets: Array.from({ length: order.messages }, (_, index) =>
        publishPacket(
          topicFor('report', agent),
          benchReport(agent, order.firstN + index * order.records, order.records),
          (index % 65_535) + 1,
        ),
      ),
    })),
  );
  return async () => {
    await Promise.all(
      boxes.map(
        ({ client, packets }) =>
          new Promise<void>((resolve) => {
            let sent = 0;
            let acknowledged = 0;
            const fill = () => {
              while (sent < packets.length && sent - acknowledged < order.window) {
                const packet = packets[sent++];
                if (packet !== undefined) client.send(packet);
              }
            };
            client.onAcknowledged = () => {
              acknowledged++;
              if (acknowledged === packets.length) resolve();
              else fill();
            };
            fill();
          }),
      ),
    );
    for (const { client } of boxes) client.end();
  };
}

if (import.meta.main) {
  let run: () => Promise<void> = async () => undefined;
  process.on('message', (value) => {
    const order = publishOrder.parse(value);
    const work =
      order.do === 'prepare'
        ? prepare(order).then((prepared) => {
            run = prepared;
            process.send?.('ready');
          })
        : run().then(() => process.disconnect?.());
    work.catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
  });
}
