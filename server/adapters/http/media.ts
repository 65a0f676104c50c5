import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../../shared/core/fault.ts';
import { base32 } from '../../../shared/core/ids.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { parseRange } from './byteRange.ts';
import { createHotBlobs } from './hotBlobs.ts';
import { problemOf, sendProblem, unexpectedProblem } from './problem.ts';

export const MEDIA_PREFIX = '/api/v1/media/';
const HOT_BYTES = 64 * 1024 * 1024;
const YEAR_SECONDS = 31_536_000;

export type MediaHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves clips by their hash, ahead of express and, for what boxes are fetching just now, from memory: a thousand boxes
 * want the same few files at the same time. Nobody signs in for it: boxes hold no account here, a hash cannot be
 * guessed, and what it names is what the loudspeakers say aloud.
 */
export function createMediaHandler(
  parts: Pick<ServerParts, 'blobs' | 'log' | 'random'> & {
    /** Whether these bytes are the audio of a clip: nothing else in the store is served. */
    readonly hasAudio: (sha256: string) => Promise<boolean>;
    /** Told how many bytes go out. */
    readonly sent: (bytes: number) => void;
  },
): MediaHandler {
  const hot = createHotBlobs(HOT_BYTES);

  /** The whole of it when it is small and asked for often, else its size; null when it is no clip of ours. */
  const find = async (sha256: string): Promise<Buffer | number | null> => {
    if (!(await parts.hasAudio(sha256))) return null;
    const size = await parts.blobs.size(sha256);
    if (size === null) {
      parts.log.error('a clip of the database is missing on disk', { sha256 });
      return null;
    }
    if (size > HOT_BYTES / 8) return size;
    const bytes = Buffer.concat(await parts.blobs.read(sha256).toArray());
    hot.put(sha256, bytes);
    return bytes;
  };

  const send = async (request: IncomingMessage, response: ServerResponse, sha256: string, found: Buffer | number) => {
    const size = typeof found === 'number' ? found : found.length;
    const etag = `"${sha256}"`;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    response.setHeader('accept-ranges', 'bytes');
    if (matches(request.headers['if-none-match'], etag)) {
      response.statusCode = 304;
      response.end();
      return;
    }
    const ifRange = request.headers['if-range'];
    const wanted = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
    const range = parseRange(wanted, size);
    response.setHeader('content-type', 'audio/ogg; codecs=opus');
    response.setHeader('x-content-type-options', 'nosniff');
    if (range === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${size}`);
      const detail = `The file has ${size} bytes: ask for a range within.`;
      refuse(response, new Fault('invalid', 'media.range', detail), idOf());
      return;
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    response.statusCode = range === null ? 200 : 206;
    if (range !== null) response.setHeader('content-range', `bytes ${start}-${end}/${size}`);
    response.setHeader('content-length', end - start + 1);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    parts.sent(end - start + 1);
    if (typeof found !== 'number') response.end(range === null ? found : found.subarray(start, end + 1));
    else await pipeline(parts.blobs.read(sha256, { start, end }), response);
  };

  const idOf = () => base32(parts.random.bytes(10));

  const fail = (response: ServerResponse, sha256: string, error: unknown) => {
    // A box that hangs up in mid-download is everyday life; it resumes by Range.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    const id = idOf();
    parts.log.error('a clip could not be served', { request: id, sha256, error });
    if (response.headersSent) response.destroy();
    else sendProblem(response, unexpectedProblem(id));
  };

  return (request, response) => {
    const name = (request.url ?? '').slice(MEDIA_PREFIX.length).split('?', 1)[0] ?? '';
    const sha256 = /^([0-9a-f]{64})(?:\.opus)?$/.exec(name)?.[1];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      refuse(response, new Fault('invalid', 'request.methodNotAllowed', 'Clips are read by GET or HEAD.'), idOf());
      return;
    }
    if (sha256 === undefined) {
      const field = { field: 'sha256', message: 'must be a sha256: 64 lower-case hexadecimal digits' };
      refuse(
        response,
        new Fault('invalid', 'request.invalid', `Please mend: sha256: ${field.message}.`, [field]),
        idOf(),
      );
      return;
    }
    const ready = hot.get(sha256);
    const work = ready !== undefined ? send(request, response, sha256, ready) : findAndSend(request, response, sha256);
    work.catch((error: unknown) => fail(response, sha256, error));
  };

  async function findAndSend(request: IncomingMessage, response: ServerResponse, sha256: string): Promise<void> {
    const found = await find(sha256);
    if (found !== null) return send(request, response, sha256, found);
    refuse(response, new Fault('notFound', 'media.unknown', `There is no clip with the hash ${sha256}.`), idOf());
  }
}

function refuse(response: ServerResponse, fault: Fault, id: string): void {
  sendProblem(response, problemOf(fault, id), fault);
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
