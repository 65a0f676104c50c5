import { join } from 'node:path';
import { openApiDocument } from '../openapi.ts';
import { type Route, route } from '../route.ts';

/** The OpenAPI document of all routes, itself included, and the page that shows it. */
export function documentRoutes(
  others: readonly Route[],
  base: string,
  version: string,
  consoleFolder: string,
): Route[] {
  const text = (): string => JSON.stringify(openApiDocument([...others, ...own], base, version));
  const own: Route[] = [
    route({
      method: 'get',
      path: '/openapi.json',
      access: 'public',
      tag: 'documents',
      summary: 'This document',
      raw: { response: 'application/json' },
      status: 200,
      handle: async ({ response }) => {
        response.type('application/json').setHeader('cache-control', 'no-cache').send(text());
      },
    }),
    route({
      method: 'get',
      path: '/docs',
      access: 'public',
      tag: 'documents',
      summary: 'This document to read',
      raw: { response: 'text/html' },
      status: 200,
      handle: ({ response }) =>
        new Promise<void>((resolve, reject) => {
          response.sendFile(join(consoleFolder, 'docs.html'), { cacheControl: false }, (error) =>
            error === undefined || error === null ? resolve() : reject(error),
          );
        }),
    }),
  ];
  return own;
}
