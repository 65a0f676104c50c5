import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/**
 * `npm test`: everything, in the order in which a fault is the cheapest to find, with the result of each step as it
 * comes. Arguments after `--` go to vitest. What cannot run on this machine is listed at the end with the reason; under
 * CI=true nothing is left out.
 */
const ROOT = resolve(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');

interface Outcome {
  readonly code: number;
  readonly leftOut: readonly string[];
}

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What vitest's JSON reporter tells, as far as it is used. */
const vitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int().default(0),
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Runs a program with its output shown as it comes, and picks out the lines in which tests say what they leave out. */
function run({ command, args }: Step): Promise<Outcome> {
  return new Promise((done) => {
    const leftOut: string[] = [];
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      let rest = '';
      from.setEncoding('utf8').on('data', (chunk: string) => {
        to.write(chunk);
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const said = /LEFT OUT: (.*)$/.exec(line)?.[1]?.trim();
          if (said !== undefined) leftOut.push(said);
        }
      });
    }
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      done({ code: 127, leftOut });
    });
    child.once('close', (code) => done({ code: code ?? 1, leftOut }));
  });
}

function buildSteps(): Step[] {
  const agent = existsSync(join(ROOT, 'agent', 'build.ts'));
  const page = existsSync(join(ROOT, 'server', 'console', 'vite.config.ts'));
  return [
    ...(agent ? [{ name: 'build the agent', command: process.execPath, args: ['agent/build.ts'] }] : []),
    ...(page ? [{ name: 'build the console', command: join(BIN, 'vite'), args: ['build', 'server/console'] }] : []),
  ];
}

/** A file that could not even be loaded has no tests to count: it counts as one that failed. */
function countTests(file: string): { passed: number; failed: number; skipped: number } {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const report = vitestReport.parse(text);
  const unloaded = report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'loaban-run-'));
  const report = join(scratch, 'vitest.json');
  const vitest = [
    'run',
    ...process.argv.slice(2),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const steps: Step[] = [
    { name: 'types', command: join(BIN, 'tsc'), args: ['--noEmit'] },
    { name: 'lint', command: join(BIN, 'biome'), args: ['check', '--error-on-warnings', '.'] },
    ...buildSteps(),
    { name: 'tests', command: join(BIN, 'vitest'), args: vitest },
  ];
  const broken: string[] = [];
  const leftOut = new Set<string>();
  for (const [index, step] of steps.entries()) {
    process.stdout.write(`\n[${index + 1}/${steps.length}] ${step.name}\n`);
    const began = performance.now();
    const outcome = await run(step);
    for (const one of outcome.leftOut) leftOut.add(one);
    if (outcome.code !== 0) broken.push(step.name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(
      `[${index + 1}/${steps.length}] ${step.name}: ${outcome.code === 0 ? 'ok' : 'FAILED'} (${seconds} s)\n`,
    );
  }
  const counts = countTests(report);
  rmSync(scratch, { recursive: true, force: true });
  process.stdout.write(summary(broken, [...leftOut], counts.skipped));
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const silent = process.env.CI === 'true' && counts.skipped > 0;
  if (silent) process.stdout.write('FAILED: under CI=true no test may be left out\n');
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return broken.length > 0 || counts.failed > 0 || silent ? 1 : 0;
}

function summary(broken: readonly string[], leftOut: readonly string[], skipped: number): string {
  const lines = ['', broken.length === 0 ? 'Every step passed.' : `FAILED: ${broken.join(', ')}`];
  if (leftOut.length > 0) {
    lines.push(`Left out on this machine (${skipped} tests; nothing is under CI=true):`);
    for (const one of leftOut) lines.push(`  - ${one}`);
  } else if (skipped === 0) lines.push('Nothing was left out.');
  return `${lines.join('\n')}\n\n`;
}

process.exitCode = await main();
