import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer, request as openRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../server/adapters/http/app.ts';
import { approvalRoutes } from '../../server/adapters/http/routes/approvals.ts';
import { clipRoutes } from '../../server/adapters/http/routes/clips.ts';
import { clip } from '../../shared/contract/api/clip.ts';
import { problem } from '../../shared/contract/api/problem.ts';
import { ROLES } from '../../shared/contract/api/user.ts';
import { Registry, SAMPLES } from '../kit/registry.ts';
import { waitFor } from '../kit/wait.ts';

const LIMIT = 300_000;
const SAMPLE = join(SAMPLES, 'bulletins/chao-buoi-sang.mp3');

let at: Registry;
let server: Server;
let url: string;
let path: string;

beforeEach(async () => {
  at = await Registry.open(LIMIT);
  // Tokens are the names of roles here: who may is what is tested, not how one signs in.
  const identify = async (token: string) => {
    const role = ROLES.find((one) => one === token);
    return role ? { id: `usr-${role}`, username: role, name: role, role, createdAt: at.clock.now } : null;
  };
  const routes = [...clipRoutes(at.parts), ...approvalRoutes(at.parts)];
  const probes = (_request: unknown, _response: unknown, next: () => void) => next();
  const measured = () => undefined;
  server = createServer(createApp({ ...at.parts, routes, identify, probes, measured, consoleFolder: SAMPLES }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  path = `/api/v1/bulletins/${(await at.bulletin()).id}/clips`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await at.close();
});

const post = (address: string, role: string, body: string | FormData, headers: Record<string, string> = {}) =>
  fetch(`${url}${address}`, { method: 'POST', headers: { authorization: `Bearer ${role}`, ...headers }, body });

async function form(name: string, fields: Record<string, string>, field = 'file'): Promise<FormData> {
  const data = new FormData();
  data.set(field, await openAsBlob(SAMPLE), name);
  for (const [key, value] of Object.entries(fields)) data.set(key, value);
  return data;
}

/** The problem that a request meets; proves that nothing has changed. */
async function refusal(send: () => Promise<Response>): Promise<unknown> {
  const before = await at.dump();
  const response = await send();
  const { status, code, fields } = problem.parse(await response.json());
  expect(response.status).toBe(status);
  expect(await at.dump()).toEqual(before);
  return [status, code, fields.map(({ field }) => field)];
}

describe('an upload by HTTP', () => {
  it('is taken with its name as it was typed, and answered before the work is done', async () => {
    const name = 'Bản tin sáng (số 5).mp3';
    const response = await post(path, 'editor', await form(name, { language: 'vi', voice: ' ' }));
    expect(response.status).toBe(202);
    const made = clip.parse(await response.json());
    expect(made).toMatchObject({ state: 'draft', voice: null, original: { name } });
    await at.queue.idle();
    const answer = await fetch(`${url}/api/v1/clips/${made.id}`, { headers: { authorization: 'Bearer viewer' } });
    expect(clip.parse(await answer.json()).processing).toEqual({ state: 'ready' });
    const history = `${url}/api/v1/clips/${made.id}/approvals`;
    await post(`/api/v1/clips/${made.id}/submit`, 'editor', '{}', { 'content-type': 'application/json' });
    expect(await (await fetch(history, { headers: { authorization: 'Bearer viewer' } })).json()).toMatchObject({
      items: [{ action: 'submit', by: 'usr-editor' }],
    });
    const approve = `/api/v1/clips/${made.id}/approve`;
    expect(await refusal(() => post(approve, 'editor', ''))).toEqual([403, 'role.insufficient', []]);
    expect((await post(approve, 'approver', '')).status).toBe(200);
  });

  it('is refused with the right status when it is wrong, and nothing is kept', async () => {
    const vi = { language: 'vi' };
    const good = await form('a.mp3', vi);
    const large = await form('a.mp3', vi);
    large.set('file', new Blob([new Uint8Array(8 * LIMIT)]), 'large.wav');
    const text = await form('a.mp3', { ...vi, file: 'no file but text' });
    const two = await form('a.mp3', vi);
    two.append('file', await openAsBlob(SAMPLE), 'b.mp3');
    const broken = { 'content-type': 'multipart/form-data; boundary=x' };
    const half = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nhalf of it';
    const cases: [() => Promise<Response>, unknown][] = [
      [async () => post(path, 'editor', await form('../../x', vi)), [400, 'upload.fileName', ['file']]],
      [async () => post(path, 'editor', await form('C:\\x.mp3', vi)), [400, 'upload.fileName', ['file']]],
      [() => post(path, 'editor', large), [413, 'blob.tooLarge', ['file']]],
      [async () => post(path, 'editor', await form('a.mp3', {})), [422, 'request.invalid', ['language']]],
      [
        async () => post(path, 'editor', await form('a.mp3', { language: 'tiếng Việt' })),
        [422, 'request.invalid', ['language']],
      ],
      [
        async () => post(path, 'editor', await form('a.mp3', { ...vi, lang: 'vi' })),
        [422, 'request.invalid', ['lang']],
      ],
      [async () => post(path, 'editor', await form('a.mp3', vi, 'audio')), [422, 'upload.fileMissing', ['file']]],
      [() => post(path, 'editor', text), [422, 'upload.fileMissing', ['file']]],
      [() => post(path, 'editor', two), [422, 'upload.oneFile', ['file']]],
      [() => post(path, 'editor', half, broken), [400, 'request.malformed', ['body']]],
      [
        () => post(path, 'editor', 'x', { 'content-type': 'multipart/form-data' }),
        [400, 'request.malformed', ['body']],
      ],
      [() => post(path, 'editor', '{}', { 'content-type': 'application/json' }), [415, 'upload.notForm', ['body']]],
      [() => post(path, 'viewer', good), [403, 'role.insufficient', []]],
      [() => post('/api/v1/bulletins/bul-x/clips', 'editor', good), [404, 'bulletin.unknown', ['id']]],
      [() => post('/api/v1/clips/clp-x/submit', 'editor', ''), [404, 'clip.unknown', ['id']]],
    ];
    for (const [send, expected] of cases) expect(await refusal(send)).toEqual(expected);
  });

  it('is written as it comes, and leaves nothing when it breaks off', async () => {
    const before = await at.dump();
    const sending = openRequest(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer editor', 'content-type': 'multipart/form-data; boundary=x' },
    });
    sending.on('error', () => undefined);
    sending.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n');
    sending.write(new Uint8Array(100_000));
    const folder = join(at.folder, 'tmp');
    const waiting = () => readdir(folder);
    await waitFor(async () => {
      const [name] = await waiting();
      return name !== undefined && (await stat(join(folder, name))).size > 50_000;
    }, 'the first half on the disk');
    sending.destroy();
    await waitFor(async () => (await waiting()).length === 0, 'the first half to be cleared away');
    expect(await at.dump()).toEqual(before);
  });
});
