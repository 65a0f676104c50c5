/** A process for the crash test: appends batch after batch and tells each n that it has been promised. */
import { openStore } from '../../../server/adapters/sql/openStore.ts';
import { SILENT } from '../engines.ts';
import { playback } from '../ledgerSamples.ts';

const [url = '', agentId = ''] = process.argv.slice(2);
const store = await openStore({ url, log: SILENT });
for (let n = await store.repositories.ledger.receivedUpTo(agentId); ; n += 50) {
  const records = Array.from({ length: 50 }, (_, index) => playback(n + index + 1, `i${n + index + 1}`));
  const [receipt] = await store.repositories.ledger.append([{ agentId, oldest: 1, records }], Date.now());
  process.stdout.write(`${receipt?.upTo}\n`);
}
