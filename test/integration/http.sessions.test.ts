import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ADMIN_PASSWORD, ComposedServer } from '../kit/composedServer.ts';

describe('sessions and tokens', () => {
  let at: ComposedServer;
  beforeAll(async () => {
    at = await ComposedServer.start();
  });
  afterAll(() => at.stop());

  const signIn = (username: string, password: string) => at.call('POST', '/sessions', { body: { username, password } });
  const admin = () => at.signIn('admin', ADMIN_PASSWORD);

  it('gives browsers a cookie that scripts cannot read and other sites cannot send', async () => {
    const response = await signIn('admin', ADMIN_PASSWORD);
    expect(response.status).toBe(201);
    const cookie = response.headers.getSetCookie().join();
    expect(cookie).toMatch(/^loaban_session=[^;]+; Path=\/; Expires=.*; HttpOnly; SameSite=Strict$/);
    const overTls = await at.call('POST', '/sessions', {
      body: { username: 'admin', password: ADMIN_PASSWORD },
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(overTls.headers.getSetCookie().join()).toContain('; Secure');
  });

  it('takes writes by cookie only from its own pages', async () => {
    const cookie = `loaban_session=${await admin()}`;
    const host = new URL(at.url).host;
    const write = (headers: Record<string, string>) =>
      at.call('POST', '/organisations', { body: { name: 'Hội Nông dân' }, headers: { cookie, ...headers } });
    expect((await write({})).status).toBe(403);
    expect((await write({ origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await write({ origin: 'null' })).status).toBe(403);
    expect((await write({ origin: 'https://elsewhere.example', 'x-loaban-request': '1' })).status).toBe(403);
    expect((await write({ origin: `http://${host}` })).status).toBe(201);
    expect((await write({ 'x-loaban-request': '1' })).status).toBe(201);
    expect((await at.call('GET', '/me', { headers: { cookie } })).status).toBe(200);
  });

  it('ends a session on the server, not only in the browser', async () => {
    const token = await admin();
    expect((await at.call('DELETE', '/sessions/current', { token })).status).toBe(204);
    expect((await at.call('GET', '/me', { token })).status).toBe(401);
  });

  it('makes API tokens that are shown once and can be revoked by their owner only', async () => {
    const token = await admin();
    const made = await at.call('POST', '/tokens', { token, body: { name: 'báo cáo tuần', days: 30 } });
    const issued = z.object({ id: z.string(), token: z.string(), expiresAt: z.string() }).parse(await made.json());
    expect((await at.call('GET', '/me', { token: issued.token })).status).toBe(200);
    expect(await (await at.call('GET', '/tokens', { token })).text()).not.toContain(issued.token);
    const body = { username: 'other', name: 'Khác', role: 'administrator', password: 'mat-khau-khac' };
    expect((await at.call('POST', '/users', { token, body })).status).toBe(201);
    const other = await at.signIn('other', 'mat-khau-khac');
    expect((await at.call('DELETE', `/tokens/${issued.id}`, { token: other })).status).toBe(404);
    expect((await at.call('DELETE', `/tokens/${issued.id}`, { token })).status).toBe(204);
    expect((await at.call('GET', '/me', { token: issued.token })).status).toBe(401);
  });

  it('never shows hashes, and refuses a taken user name', async () => {
    const token = await admin();
    const body = { username: 'staff.1', name: 'Cán bộ', role: 'editor', password: 'mat-khau-can-bo' };
    const made = await at.call('POST', '/users', { token, body });
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(await made.json())).sort()).toEqual([
      'createdAt',
      'id',
      'name',
      'role',
      'username',
    ]);
    const again = await at.call('POST', '/users', { token, body });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'user.usernameTaken', fields: [{ field: 'username' }] });
  });

  it('changes the own password, which ends all sessions and no token', async () => {
    const token = await admin();
    const body = { username: 'staff.2', name: 'Cán bộ', role: 'viewer', password: 'mat-khau-cu-1' };
    await at.call('POST', '/users', { token, body });
    const own = await at.signIn('staff.2', 'mat-khau-cu-1');
    const script = z
      .object({ token: z.string() })
      .parse(await (await at.call('POST', '/tokens', { token: own, body: { name: 'x' } })).json());
    const change = (current: string) =>
      at.call('PUT', '/me/password', { token: own, body: { current, password: 'mat-khau-moi-1' } });
    expect((await change('wrong')).status).toBe(422);
    expect((await change('mat-khau-cu-1')).status).toBe(204);
    expect((await at.call('GET', '/me', { token: own })).status).toBe(401);
    expect((await at.call('GET', '/me', { token: script.token })).status).toBe(200);
    expect((await signIn('staff.2', 'mat-khau-cu-1')).status).toBe(401);
    expect((await signIn('staff.2', 'mat-khau-moi-1')).status).toBe(201);
  });

  it('says the same of an unknown user and of a wrong password, in about the same time', async () => {
    const tried = async (username: string) => {
      const began = performance.now();
      const response = await signIn(username, 'not the password');
      const { status, code, detail } = z
        .object({ status: z.number(), code: z.string(), detail: z.string() })
        .parse(await response.json());
      return { ms: performance.now() - began, said: [status, code, detail] };
    };
    const known = [await tried('admin'), await tried('admin')];
    const unknown = [await tried('nobody-1'), await tried('nobody-2')];
    expect(unknown[0]?.said).toEqual(known[0]?.said);
    const fastest = (all: typeof known) => Math.min(...all.map(({ ms }) => ms));
    // Without the hash an unknown name would be answered in a millisecond instead of tens.
    expect(fastest(unknown)).toBeGreaterThan(fastest(known) / 3);
  });

  it('lets five failures pass and then makes the caller wait, longer each time, the right password or not', async () => {
    await at.call('POST', '/users', {
      token: await admin(),
      body: { username: 'target', name: 'Mục tiêu', role: 'viewer', password: 'mat-khau-dung-1' },
    });
    // At once, so that tries which overlap are counted like any others.
    const tries = await Promise.all(Array.from({ length: 6 }, () => signIn('target', 'wrong-password')));
    expect(tries.every(({ status }) => status === 401)).toBe(true);
    const late = await signIn('target', 'mat-khau-dung-1');
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await late.json()).toMatchObject({ code: 'session.tooMany' });
    expect((await signIn('admin', ADMIN_PASSWORD)).status).toBe(201);
  });
});
