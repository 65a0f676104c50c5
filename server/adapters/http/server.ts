import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MEDIA_PREFIX, type MediaHandler } from './media.ts';

export interface HttpServer {
  /** The port it listens on: the one asked for, or the one that was free for 0. */
  readonly port: number;
  /** Takes no more, lets running requests finish for `graceMs`, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts to listen. The address of a media file is looked at before anything else is: express's chain costs more than
 * the answer itself.
 * Rejects with the system's error (EADDRINUSE, EACCES) when the port is not to be had.
 */
export async function listen(
  at: { readonly host: string; readonly port: number },
  app: RequestListener,
  media: MediaHandler,
): Promise<HttpServer> {
  const server = createServer(
    {
      // An upload of a long recording over a mobile line may take its time; a head may not.
      requestTimeout: 3_600_000,
      headersTimeout: 20_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      if (request.url?.startsWith(MEDIA_PREFIX) === true) media(request, response);
      else app(request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { port: portOf(server), stop: (graceMs) => stop(server, graceMs) };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
