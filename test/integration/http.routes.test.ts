import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../server/adapters/http/route.ts';
import { roleSuffices } from '../../server/domain/roles.ts';
import { problem } from '../../shared/contract/api/problem.ts';
import { ROLES, type Role } from '../../shared/contract/api/user.ts';
import { ComposedServer } from '../kit/composedServer.ts';

/** What holds for every route is asked of every row of the table, those that are added later too. */
describe('every route', () => {
  let at: ComposedServer;
  let tokens: Readonly<Record<Role, string>>;
  beforeAll(async () => {
    at = await ComposedServer.start();
    tokens = await at.tokens();
  });
  afterAll(() => at.stop());

  const nameOf = (route: Route) => `${route.method.toUpperCase()} ${route.path}`;
  /** An address of the right form at which there is nothing. */
  const pathOf = (route: Route) => route.path.replace('{sha256}', '0'.repeat(64)).replace(/\{\w+\}/g, 'xxx-nothing');
  const tokenFor = (route: Route) => (route.access === 'public' ? undefined : tokens[route.access]);
  const withToken = (token: string | undefined) => (token === undefined ? {} : { token });
  const readsJson = (route: Route) => route.body !== null && route.raw?.request === undefined;

  async function refusal(response: Response): Promise<z.output<typeof problem>> {
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const told = problem.parse(await response.json());
    expect(told.status).toBe(response.status);
    expect(told.request).toBe(response.headers.get('x-request-id'));
    return told;
  }

  it('is in the OpenAPI document, which is valid', async () => {
    const response = await at.call('GET', '/openapi.json');
    const document = z.record(z.string(), z.unknown()).parse(await response.json());
    const checked = await new Validator().validate(document);
    expect(checked.errors ?? []).toEqual([]);
    expect(checked.valid).toBe(true);
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(document);
    for (const route of at.server.routes) {
      expect(paths[`/api/v1${route.path}`]?.[route.method], nameOf(route)).toBeDefined();
    }
    expect(document.openapi).toBe('3.1.0');
  });

  it('refuses malformed JSON with 400', async () => {
    const routes = at.server.routes.filter(readsJson);
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const told = await refusal(
        await at.call(route.method, pathOf(route), { ...withToken(tokenFor(route)), body: '{"name": ' }),
      );
      expect([told.status, told.code], nameOf(route)).toEqual([400, 'request.malformed']);
    }
  });

  it('refuses a body of the wrong shape with 422 and names the fields', async () => {
    for (const route of at.server.routes.filter(readsJson)) {
      const told = await refusal(
        await at.call(route.method, pathOf(route), { ...withToken(tokenFor(route)), body: [] }),
      );
      expect([told.status, told.code], nameOf(route)).toEqual([422, 'request.invalid']);
      expect(told.fields.length, nameOf(route)).toBeGreaterThan(0);
    }
  });

  it('refuses fields that it does not know, so that a misspelt one is not dropped without a word', async () => {
    for (const route of at.server.routes) {
      if (!readsJson(route) || route.access === 'public') continue;
      const body = { nonesuch: 1 };
      const told = await refusal(await at.call(route.method, pathOf(route), { ...withToken(tokenFor(route)), body }));
      expect(told.status, nameOf(route)).toBe(422);
      expect(told.fields, nameOf(route)).toContainEqual({
        field: 'nonesuch',
        message: 'is not a field of this request',
      });
    }
  });

  it('refuses queries that it does not know with 422', async () => {
    for (const route of at.server.routes) {
      if (route.query === null || route.access === 'public') continue;
      const response = await at.call(route.method, `${pathOf(route)}?nonesuch=1`, withToken(tokenFor(route)));
      const told = await refusal(response);
      expect([told.status, told.fields.some(({ field }) => field === 'nonesuch')], nameOf(route)).toEqual([422, true]);
    }
  });

  it('refuses an id that can be none with 422 and names it', async () => {
    for (const route of at.server.routes) {
      if (route.params === null || route.path.includes('{sha256}')) continue;
      const path = route.path.replace(/\{\w+\}/g, 'NOT%20an%20id');
      const options = { ...withToken(tokenFor(route)), ...(readsJson(route) ? { body: {} } : {}) };
      const told = await refusal(await at.call(route.method, path, options));
      expect([told.status, told.fields.some(({ field }) => field === 'id')], nameOf(route)).toEqual([422, true]);
    }
  });

  it('refuses other kinds of content with 415', async () => {
    for (const route of at.server.routes.filter(readsJson)) {
      const headers = { 'content-type': 'text/plain' };
      const told = await refusal(
        await at.call(route.method, pathOf(route), { ...withToken(tokenFor(route)), body: 'x', headers }),
      );
      expect(told.status, nameOf(route)).toBe(415);
    }
  });

  it('lets in whom the table lets in, and nobody else', async () => {
    const admin = tokens.administrator;
    for (const route of at.server.routes) {
      for (const who of ['anonymous', ...ROLES] as const) {
        // Some routes end the session that calls them, so each call has a token of its own.
        const issued = who === 'anonymous' ? undefined : await issue(at, tokens[who]);
        const abort = new AbortController();
        const response = await fetch(`${at.url}/api/v1${pathOf(route)}`, {
          method: route.method.toUpperCase(),
          headers: {
            ...(issued === undefined ? {} : { authorization: `Bearer ${issued}` }),
            ...(readsJson(route) ? { 'content-type': 'application/json' } : {}),
          },
          ...(readsJson(route) ? { body: '[]' } : {}),
          signal: abort.signal,
        });
        const { status } = response;
        if (route.raw?.response === 'text/event-stream') abort.abort();
        else await response.arrayBuffer();
        const label = `${nameOf(route)} as ${who}`;
        if (route.access === 'public') expect([200, 201, 400, 404, 422], label).toContain(status);
        else if (who === 'anonymous') expect(status, label).toBe(401);
        else if (roleSuffices(who, route.access)) expect([401, 403, 500], label).not.toContain(status);
        else expect(status, label).toBe(403);
      }
    }
    expect((await at.call('GET', '/me', { token: admin })).status).toBe(200);
  }, 60_000);

  it('answers other methods with 405 and what is allowed', async () => {
    const response = await at.call('PATCH', '/me');
    expect((await refusal(response)).status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('is not at addresses that nobody knows: 404', async () => {
    expect((await refusal(await at.call('GET', '/nowhere'))).status).toBe(404);
    expect((await refusal(await fetch(`${at.url}/nowhere`))).status).toBe(404);
    expect((await refusal(await fetch(`${at.url}/../../etc/passwd`))).status).toBe(404);
    expect((await refusal(await fetch(`${at.url}/%2e%2e/%2e%2e/package.json`))).status).toBeGreaterThanOrEqual(400);
  });

  it('refuses a body that is too large with 413', async () => {
    const body = { name: 'x'.repeat(1_100_000) };
    const told = await refusal(await at.call('POST', '/organisations', { token: tokens.administrator, body }));
    expect([told.status, told.code]).toEqual([413, 'request.tooLarge']);
  });
});

async function issue(at: ComposedServer, token: string): Promise<string> {
  const response = await at.call('POST', '/tokens', { token, body: { name: 'test' } });
  return z.object({ token: z.string() }).parse(await response.json()).token;
}
