import type { Readable, Writable } from 'node:stream';
import type { MoveDurably } from '../../ports/durable.ts';
import { downloadClip } from './downloadClip.ts';
import { directPoster } from './postJson.ts';
import { type WorkerAnswer, type WorkerJob, workerJob } from './workerProtocol.ts';

/**
 * The life of a network worker: reads one job, does it, says how it went. It stops when its standard input ends, which is
 * how it learns that the agent is gone or wants it no more.
 */
export async function runNetworkWorker(input: Readable, output: Writable, move: MoveDurably): Promise<void> {
  const stop = new AbortController();
  const job = await firstLine(input);
  if (job === null) return;
  input.on('end', () => stop.abort());
  input.on('error', () => stop.abort());
  input.resume();
  const value: unknown = JSON.parse(job);
  const answer = await carryOut(workerJob.parse(value), stop.signal, move);
  await new Promise<void>((resolve, reject) => {
    output.write(`${JSON.stringify(answer)}\n`, (cause) => (cause ? reject(cause) : resolve()));
  });
  input.destroy();
}

async function carryOut(job: WorkerJob, signal: AbortSignal, move: MoveDurably): Promise<WorkerAnswer> {
  if (job.do === 'fetch') return { did: 'fetch', result: await downloadClip(job.job, signal, move) };
  try {
    return { did: 'post', ...(await directPoster.post(job.url, job.json)) };
  } catch (cause) {
    return { did: 'failed', detail: wordsOf(cause) };
  }
}

function wordsOf(cause: unknown): string {
  if (cause instanceof AggregateError) return wordsOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : String(cause);
}

/** The first line of a stream, which is left open; null when it ends before. */
function firstLine(input: Readable): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0) return;
      input.off('data', onData);
      resolve(text.slice(0, end));
    };
    input.on('data', onData);
    input.on('end', () => resolve(null));
    input.on('error', reject);
  });
}
