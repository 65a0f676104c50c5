import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { FetchJob, FetchResult } from '../../ports/clips.ts';
import type { MoveDurably } from '../../ports/durable.ts';
import { httpRequest } from './httpRequest.ts';

type Failure = Extract<FetchResult, { ok: false }>;
const READ_BYTES = 65_536;

/**
 * Brings one clip: goes on where the partial file ends (Range), hashes as it writes, and makes it a clip only when length
 * and sha256 are right. Wrong bytes are deleted; a cut connection leaves them for the next time. Never rejects.
 */
export async function downloadClip(job: FetchJob, signal: AbortSignal, move: MoveDurably): Promise<FetchResult> {
  let part: FileHandle | null = null;
  try {
    // Read and write without truncation, made if missing.
    part = await openPart(job.part);
    const hash = createHash('sha256');
    let have = await hashBeginning(part, hash, job.bytes);
    if (have === null) return await refused(job, 'clip.tooLong', `is longer than the ${job.bytes} bytes of the plan`);
    let sum = hash;
    if (have < job.bytes) {
      const got = await receive(job, part, hash, have, signal);
      if ('ok' in got) return got;
      ({ have, sum } = got);
    }
    if (have < job.bytes) return failure('network', 'clip.cut', `the connection ended at byte ${have} of ${job.bytes}`);
    await part.sync();
    const digest = sum.digest('hex');
    if (digest !== job.sha256) return await refused(job, 'clip.wrongHash', `has the sha256 ${digest}`);
    await move(job.part, job.target);
    return { ok: true };
  } catch (cause) {
    if (signal.aborted) return { ok: false, trouble: 'stopped', code: 'clip.stopped', detail: 'stopped' };
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const disk = ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EDQUOT'].includes(code);
    return failure(disk ? 'bad' : 'network', disk ? 'clip.disk' : 'clip.network', wordsOf(cause));
  } finally {
    await part?.close();
  }
}

async function openPart(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    return await open(path, 'wx+', 0o600);
  }
}

/** Feeds what is there into the hash; its length, or null when it is longer than it may be. */
async function hashBeginning(part: FileHandle, hash: Hash, most: number): Promise<number | null> {
  const piece = Buffer.allocUnsafe(READ_BYTES);
  for (let have = 0; ; ) {
    const { bytesRead } = await part.read(piece, 0, READ_BYTES, have);
    if (bytesRead === 0) return have;
    have += bytesRead;
    if (have > most) return null;
    hash.update(piece.subarray(0, bytesRead));
  }
}

async function receive(
  job: FetchJob,
  part: FileHandle,
  hash: Hash,
  from: number,
  signal: AbortSignal,
): Promise<Failure | { have: number; sum: Hash }> {
  const answer = await httpRequest({
    url: job.url,
    method: 'GET',
    headers: from > 0 ? { range: `bytes=${from}-`, accept: '*/*' } : { accept: '*/*' },
    signal,
  });
  const status = answer.statusCode ?? 0;
  let have = from;
  let sum = hash;
  if (status === 200 && from > 0) {
    // The server does not know ranges: from the beginning.
    await part.truncate(0);
    have = 0;
    sum = createHash('sha256');
  } else if (status === 206) {
    const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
    if (Number(start) !== from) {
      answer.destroy();
      return await refused(job, 'clip.badRange', `was asked from byte ${from} and answered with ${start ?? 'nothing'}`);
    }
  } else if (status !== 200) {
    answer.destroy();
    const detail = `${job.url} answered ${status}`;
    if (status === 416) return await refused(job, 'clip.badRange', detail);
    return failure(status >= 500 || status === 429 ? 'network' : 'bad', `clip.http`, detail);
  }
  try {
    for await (const chunk of answer) {
      if (!Buffer.isBuffer(chunk)) continue;
      if (have + chunk.length > job.bytes) {
        answer.destroy();
        return await refused(job, 'clip.tooLong', `is longer than the ${job.bytes} bytes of the plan`);
      }
      sum.update(chunk);
      await part.write(chunk, 0, chunk.length, have);
      have += chunk.length;
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
    // What came is kept for the next try; the caller sees that it is short.
    if (have === from) throw cause;
  }
  return { have, sum };
}

/** The bytes are not the clip's: away with them. */
async function refused(job: FetchJob, code: string, what: string): Promise<Failure> {
  await rm(job.part, { force: true });
  return failure('bad', code, `clip ${job.sha256} ${what}`);
}

function failure(trouble: 'network' | 'bad', code: string, detail: string): Failure {
  return { ok: false, trouble, code, detail: detail.slice(0, 400) };
}

function wordsOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(wordsOf).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
