import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problem } from '../../../shared/contract/api/problem.ts';
import { SESSION_COOKIE } from './credentials.ts';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 document of the very rows that are mounted. */
export function openApiDocument(routes: readonly Route[], base: string, version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = `${base}${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Loa Bản',
      version,
      summary: 'Broadcast scheduler for village loudspeakers',
      description:
        'Instants are ISO 8601 texts, dates and times of day belong to the zone of the area. Lists are paged by `limit` and `after`. Every error is a problem (RFC 9457).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'an API token or the token of a session' },
        cookie: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
      },
    },
  });
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const faults = [
    '400',
    '422',
    ...(route.access === 'public' ? [] : ['401', '403']),
    ...(route.params ? ['404'] : []),
    '500',
  ];
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, `Needs: ${route.access === 'public' ? 'nobody in particular' : route.access}.`]
      .filter(Boolean)
      .join('\n\n'),
    security: route.access === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    requestParams: {
      ...(route.params instanceof z.ZodObject ? { path: route.params } : {}),
      ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
    },
    ...requestBodyOf(route),
    responses: {
      [String(route.status)]: answerOf(route),
      ...Object.fromEntries(
        faults.map((status) => [
          status,
          { description: 'a problem', content: { 'application/problem+json': { schema: problem } } },
        ]),
      ),
    },
  };
}

function requestBodyOf(route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (route.raw?.request !== undefined) {
    // What the route reads by itself is a stream; OpenAPI 3.1 calls that a binary text.
    const schema = route.body ?? z.any().meta({ override: { type: 'object' } });
    return { requestBody: { required: true, content: { [route.raw.request]: { schema } } } };
  }
  if (route.body === null) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } };
}

function answerOf(route: Route) {
  if (route.answer !== null) return { description: 'done', content: { 'application/json': { schema: route.answer } } };
  const type = route.raw?.response;
  if (type === undefined) return { description: 'done; no content' };
  return { description: 'done', content: { [type]: { schema: z.string() } } };
}

/** `getAreasId`, `postClipsIdApprove`: unique, because method and path are. */
function operationId(route: Route): string {
  const words = route.path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return route.method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
