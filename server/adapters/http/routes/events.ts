import type { Response } from 'express';
import type { ServerParts } from '../../../ports/parts.ts';
import { type Route, route } from '../route.ts';

const HEARTBEAT_MS = 15_000;
/** A stream ends now and then; the browser comes back by itself and its rights are looked at again. */
const LONGEST_MS = 15 * 60_000;
/** A reader that is this far behind is cut off; it fetches anew when it is back. */
const MAX_BEHIND_BYTES = 262_144;

/** @param parts `stopping`: aborts when the server is to stop, which a stream without end would hold up */
export function eventRoutes(parts: Pick<ServerParts, 'events'> & { readonly stopping: AbortSignal }): Route[] {
  return [
    route({
      method: 'get',
      path: '/events',
      access: 'viewer',
      tag: 'events',
      summary: 'Follow changes as server-sent events',
      description:
        'Events `status`, `ledger`, `plan` and `clip` carry the id of what changed; fetch it to see how it is now.',
      raw: { response: 'text/event-stream' },
      status: 200,
      handle: ({ response }) => stream(response, parts),
    }),
  ];
}

async function stream(response: Response, parts: Parameters<typeof eventRoutes>[0]): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would else hold events back until its buffer is full.
    'x-accel-buffering': 'no',
  });
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  response.write('retry: 3000\n\n');
  const send = (text: string) => {
    if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
    else response.write(text);
  };
  const unsubscribe = parts.events.subscribe(({ kind, ...what }) => {
    send(`event: ${kind}\ndata: ${JSON.stringify(what)}\n\n`);
  });
  const heartbeat = setInterval(() => send(': alive\n\n'), HEARTBEAT_MS);
  const end = () => response.end();
  const longest = setTimeout(end, LONGEST_MS);
  parts.stopping.addEventListener('abort', end, { once: true });
  if (parts.stopping.aborted) end();
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
  });
  parts.stopping.removeEventListener('abort', end);
  clearInterval(heartbeat);
  clearTimeout(longest);
  unsubscribe();
}
