import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { roleSuffices } from '../../domain/roles.ts';
import { credentialOf, requireSameOrigin } from './credentials.ts';
import { faultOfIssues } from './problem.ts';
import { factsOf } from './requestContext.ts';
import type { Access, Route } from './route.ts';

export interface MountParts {
  /** Whose token this is, or null. */
  readonly identify: (token: string) => Promise<User | null>;
}

/** Largest JSON body in bytes: a campaign for a thousand areas fits well. Uploads go by streams of their own. */
export const MAX_JSON_BYTES = 1_048_576;

/** Puts every row of the table onto a router, and a 405 on what remains of their paths. */
export function mountRoutes(router: Router, base: string, routes: readonly Route[], parts: MountParts): void {
  const json = express.json({ limit: MAX_JSON_BYTES, type: ['application/json', 'application/*+json'] });
  const allowed = new Map<string, string[]>();
  for (const route of routes) {
    const path = `${base}${route.path.replace(/\{(\w+)\}/g, ':$1')}`;
    allowed.set(path, [...(allowed.get(path) ?? []), route.method.toUpperCase()]);
    const handle = async (request: Request, response: Response) => {
      const facts = factsOf(request);
      facts.pattern = `${base}${route.path}`;
      facts.user = await admit(request, route.access, parts);
      if (route.body !== null && route.raw?.request === undefined) await readBody(json, request, response);
      await answer(route, request, response);
    };
    router[route.method](path, handle);
  }
  for (const [path, methods] of allowed) {
    router.all(path, (request, response) => {
      factsOf(request).pattern = path;
      response.setHeader('allow', methods.includes('GET') ? [...methods, 'HEAD'].join(', ') : methods.join(', '));
      const may = methods.join(', ');
      throw new Fault('invalid', 'request.methodNotAllowed', `${request.method} is not for this address: use ${may}.`);
    });
  }
}

/** Rights come first: who may not ask learns nothing of what is right or wrong in the question. */
async function admit(request: Request, access: Access, parts: MountParts): Promise<User | null> {
  const credential = credentialOf(request);
  const user = credential === null ? null : await parts.identify(credential.token);
  // The cookie of nobody protects nothing, so only a live one is asked for its origin.
  if (credential?.via === 'cookie' && user !== null) requireSameOrigin(request);
  if (access === 'public') return user;
  if (user === null) {
    const why = credential === null ? 'Sign in, or send a bearer token.' : 'The session has ended: sign in again.';
    throw new Fault('unauthenticated', 'session.missing', why);
  }
  if (!roleSuffices(user.role, access)) {
    throw new Fault('forbidden', 'role.insufficient', `This needs the role ${access}; you are ${user.role}.`);
  }
  return user;
}

async function readBody(json: express.RequestHandler, request: Request, response: Response): Promise<void> {
  const type = request.get('content-type');
  if (type !== undefined && request.is(['application/json', 'application/*+json']) === false) {
    throw new Fault('unsupported', 'request.notJson', 'The body must be JSON: send content-type application/json.');
  }
  await new Promise<void>((resolve, reject) => {
    const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
    void json(request, response, next);
  });
}

async function answer(route: Route, request: Request, response: Response): Promise<void> {
  const facts = factsOf(request);
  const strict = route.access !== 'public';
  const value = await route.handle({
    params: parse(route.params, request.params, 'params', false),
    query: parse(route.query, request.query, 'query', strict),
    body: parse(route.body, request.body, 'body', strict),
    actor: { id: facts.user?.id ?? 'system' },
    user: facts.user,
    requestId: facts.id,
    remote: request.ip ?? 'unknown',
    log: facts.log,
    request,
    response,
  });
  if (response.headersSent || response.writableEnded) return;
  if (route.answer === null) {
    if (route.raw?.response === undefined) response.status(route.status).end();
    return;
  }
  // What we send is held to the contract as what we are sent.
  const wire = z.safeEncode(route.answer, value as never);
  if (!wire.success) {
    throw new Error(`answer of ${route.method} ${route.path} is not in form`, { cause: wire.error });
  }
  response.status(route.status).setHeader('cache-control', 'no-store').json(wire.data);
}

/** Staff and scripts are told of fields that do not exist, for a misspelt one would else be dropped without a word. */
function parse(schema: z.ZodType | null, value: unknown, where: string, strict: boolean): unknown {
  if (schema === null) return undefined;
  const used = strict && schema instanceof z.ZodObject ? schema.strict() : schema;
  const result = used.safeParse(value);
  if (!result.success) throw faultOfIssues(result.error.issues, where);
  return result.data;
}
