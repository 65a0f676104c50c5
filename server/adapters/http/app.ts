import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Clock, Logger, Random } from '../../ports/system.ts';
import { answerFaults, unknownAddress } from './faults.ts';
import { type MountParts, mountRoutes } from './mount.ts';
import { beginRequest, type RequestFacts } from './requestContext.ts';
import type { Route } from './route.ts';

export const API_BASE = '/api/v1';

export interface AppParts extends MountParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The whole API as data. */
  readonly routes: readonly Route[];
  /** Health and metrics, which stand beside the API. */
  readonly probes: RequestHandler;
  /** Folder of the web page. */
  readonly consoleFolder: string;
  /** Told of each finished request. */
  readonly measured: (facts: RequestFacts, method: string, status: number, seconds: number) => void;
}

/** The express application. Media are answered ahead of it, in server.ts. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // A proxy for TLS stands on the same machine; any other's word on addresses is not to be trusted.
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.use(door(parts));
  app.use(securityHeaders());
  app.use(parts.probes);
  mountRoutes(app, API_BASE, parts.routes, parts);
  app.use('/api', unknownAddress);
  app.get(`/docs`, (_request, response) => response.redirect(`${API_BASE}/docs`));
  app.use(express.static(parts.consoleFolder, { index: 'index.html', cacheControl: false, setHeaders: noCache }));
  app.use(unknownAddress);
  app.use(answerFaults);
  return app;
}

/** The page has no build and so no hashed names: browsers ask each time, and mostly hear that nothing has changed. */
function noCache(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('cache-control', 'no-cache');
}

function door({ log, clock, random, measured }: AppParts): RequestHandler {
  return (request, response, next) => {
    const facts = beginRequest(request, { log, random });
    const began = clock.now();
    response.setHeader('x-request-id', facts.id);
    response.once('close', () => {
      const ms = clock.now() - began;
      const status = response.writableFinished ? response.statusCode : 499;
      measured(facts, request.method, status, ms / 1000);
      const line = {
        method: request.method,
        route: facts.pattern,
        path: request.path,
        status,
        ms,
        user: facts.user?.id,
      };
      if (status >= 500) facts.log.error('request', line);
      else if (facts.pattern === 'probe') facts.log.debug('request', line);
      else facts.log.info('request', line);
    });
    next();
  };
}

/** Nothing from elsewhere, nothing inline: what is injected into a page does not run. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Only TLS in front of us knows whether the whole site is to be had by it.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });
}
