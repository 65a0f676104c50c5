import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskBlobStore } from '../../server/adapters/files/diskBlobStore.ts';
import { parseRange } from '../../server/adapters/http/byteRange.ts';
import { createHotBlobs } from '../../server/adapters/http/hotBlobs.ts';
import { createMediaHandler } from '../../server/adapters/http/media.ts';
import { type HttpServer, listen } from '../../server/adapters/http/server.ts';
import { openLog } from '../../server/adapters/system/pinoLogger.ts';
import { systemRandom } from '../../server/adapters/system/systemRandom.ts';

/** One that is held in memory, and one that is too large for that and is streamed from disk. */
const SIZES = { small: 100_000, large: 9_000_000 };

describe.each(Object.entries(SIZES))('serving a %s clip', (_name, size) => {
  let folder: string;
  let server: HttpServer;
  let url: string;
  let sha256: string;
  const bytes = randomBytes(size);
  const known = new Set<string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loaban-media-'));
    const blobs = await DiskBlobStore.open(join(folder, 'blobs'));
    const path = blobs.temporaryPath('.opus');
    await writeFile(path, bytes);
    ({ sha256 } = await blobs.adopt(path));
    known.add(sha256);
    const media = createMediaHandler({
      blobs,
      log: openLog('silent'),
      random: systemRandom,
      hasAudio: async (wanted) => known.has(wanted),
      sent: () => undefined,
    });
    const elsewhere = (_request: unknown, response: { writeHead(status: number): { end(): unknown } }) =>
      response.writeHead(404).end();
    server = await listen({ host: '127.0.0.1', port: 0 }, elsewhere, media);
    url = `http://127.0.0.1:${server.port}/api/v1/media/${sha256}`;
  });
  afterAll(async () => {
    await server.stop(100);
    await rm(folder, { recursive: true, force: true });
  });

  const get = (headers: Record<string, string> = {}, method = 'GET', at = url) => fetch(at, { method, headers });
  const body = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it('sends all of it, to be kept for a year', async () => {
    for (const round of ['from disk', 'then from memory', 'by its file name']) {
      const response = await get({}, 'GET', round === 'by its file name' ? `${url}.opus` : url);
      expect(response.status).toBe(200);
      expect((await body(response)).equals(bytes)).toBe(true);
      expect(response.headers.get('etag')).toBe(`"${sha256}"`);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-type')).toBe('audio/ogg; codecs=opus');
      expect(response.headers.get('accept-ranges')).toBe('bytes');
      expect(response.headers.get('content-length')).toBe(String(size));
    }
  });

  it('answers HEAD with the same head and no body', async () => {
    const response = await get({}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(size)]);
    expect((await body(response)).length).toBe(0);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=99990-', 99_990, size - 1],
    ['bytes=-5', size - 5, size - 1],
    ['bytes=99990-99999999', 99_990, size - 1],
  ])('sends the part %s', async (range, from, to) => {
    const response = await get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to}/${size}`);
    expect((await body(response)).equals(bytes.subarray(from, to + 1))).toBe(true);
  });

  it('refuses a part beyond the end with 416 and the size', async () => {
    const response = await get({ range: `bytes=${size}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${size}`);
    expect(await response.json()).toMatchObject({ code: 'media.range', status: 416 });
  });

  it.each(['bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=x-y'])(
    'sends all of it for a range that it cannot serve: %s',
    async (range) => {
      const response = await get({ range });
      expect([response.status, (await body(response)).length]).toEqual([200, size]);
    },
  );

  it('does not send again what the other side has, and all of it when its part is of something else', async () => {
    expect((await get({ 'if-none-match': `"x", W/"${sha256}"` })).status).toBe(304);
    expect((await get({ 'if-none-match': '"x"' })).status).toBe(200);
    expect((await get({ range: 'bytes=1-2', 'if-range': `"${sha256}"` })).status).toBe(206);
    expect((await get({ range: 'bytes=1-2', 'if-range': '"x"' })).status).toBe(200);
  });

  it('knows only clips, and only by a whole hash', async () => {
    const at = (name: string) => url.replace(sha256, name);
    expect((await get({}, 'GET', at('0'.repeat(64)))).status).toBe(404);
    expect((await get({}, 'GET', at('..%2f..%2fetc%2fpasswd'))).status).toBe(422);
    expect((await get({}, 'GET', at(sha256.toUpperCase()))).status).toBe(422);
    const refused = await get({}, 'POST');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('parseRange', () => {
  it('finds no part in nothing', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable');
    expect(parseRange(undefined, 10)).toBeNull();
  });
});

describe('hot blobs', () => {
  it('keep within their bounds, least recently used out first', () => {
    const hot = createHotBlobs(800);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) hot.put(name, Buffer.alloc(100));
    hot.get('a');
    hot.put('i', Buffer.alloc(100));
    expect(hot.get('b')).toBeUndefined();
    expect(hot.get('a')?.length).toBe(100);
    hot.put('huge', Buffer.alloc(101));
    expect(hot.get('huge')).toBeUndefined();
  });
});
