/**
 * `npm run bench [-- --json] [--only NAME ...]`: each measurement beside a floor measured in the same run. Machines are
 * noisy, so the figures to compare are medians and ratios; nothing here passes or fails.
 */
import { parseArgs } from 'node:util';
import { type BenchResult, renderResult } from './result.ts';

/** Loaded one at a time, so that no bench carries the memory of another. */
const BENCHES: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = {
  ingest: async () => [await (await import('./ingest.ts')).benchIngest(process.env.PATH ?? '')],
  start: async () => await (await import('./start.ts')).benchStart(),
  reports: async () => await (await import('./reports.ts')).benchReports(),
  memory: async () => await (await import('./memory.ts')).benchMemory(),
  serving: async () => await (await import('./serving.ts')).benchServing(),
  publish: async () => await (await import('./publish.ts')).benchPublish(),
};

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
});
const unknown = (values.only ?? []).filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `--only: no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const results: BenchResult[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    process.stderr.write(`bench ${name} …\n`);
    for (const result of await bench()) {
      results.push(result);
      if (!values.json) process.stdout.write(`${renderResult(result)}\n`);
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ node: process.version, results }, null, 2)}\n`);
}
