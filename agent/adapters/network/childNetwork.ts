import { spawn } from 'node:child_process';
import type { ClipFetcher } from '../../ports/clips.ts';
import type { Poster } from '../../ports/poster.ts';
import { NETWORK_WORKER } from './program.ts';
import { type WorkerAnswer, type WorkerJob, workerAnswer } from './workerProtocol.ts';

/** An answer is one line of this length at most. */
const LONGEST_ANSWER = 400_000;

/**
 * HTTP in a short-lived process of its own: Node's http and TLS would cost the resident process 16 to 20 MB for something
 * that a box does some minutes a day.
 * @param program arguments that start the agent's program as a network worker, after Node's own path
 */
export function childNetwork(program: readonly string[]): ClipFetcher & Poster {
  return {
    async fetch(job, signal) {
      try {
        const answer = await ask(program, { do: 'fetch', job }, signal);
        if (answer.did === 'fetch') return answer.result;
        return { ok: false, trouble: 'network', code: 'clip.worker', detail: 'detail' in answer ? answer.detail : '' };
      } catch (cause) {
        if (signal.aborted) return { ok: false, trouble: 'stopped', code: 'clip.stopped', detail: 'stopped' };
        const detail = cause instanceof Error ? cause.message : String(cause);
        return { ok: false, trouble: 'network', code: 'clip.worker', detail };
      }
    },
    async post(url, json) {
      const answer = await ask(program, { do: 'post', url, json }, null);
      if (answer.did === 'post') return { status: answer.status, body: answer.body };
      throw new Error('detail' in answer ? answer.detail : 'the network worker answered something else');
    },
  };
}

function ask(program: readonly string[], job: WorkerJob, signal: AbortSignal | null): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, NETWORK_WORKER], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    const stop = (): void => {
      // The end of its input tells it to stop; it keeps what has come. `close` below answers the caller.
      child.stdin.end();
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.stdin.on('error', () => undefined); // a worker that died early is reported by its exit
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      if (text.length < LONGEST_ANSWER) text += chunk;
    });
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      try {
        const value: unknown = JSON.parse(text);
        resolve(workerAnswer.parse(value));
      } catch (cause) {
        reject(new Error(`the network worker ended (${killedBy ?? code}) without an answer`, { cause }));
      }
    });
    child.stdin.write(`${JSON.stringify(job)}\n`);
  });
}
