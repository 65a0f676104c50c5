import type { IncomingMessage } from 'node:http';

export interface HttpAsk {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** No byte for this long: the connection is dead. */
const IDLE_MS = 30_000;
const MOST_REDIRECTS = 3;

/**
 * The answer to a request as a stream, after redirects. Node's http is loaded here and only now: it costs 16 MB, which a
 * box does not spend on a process that stays.
 * @throws when there is no answer, or for an address that is neither http nor https
 */
export async function httpRequest(ask: HttpAsk, redirects = 0): Promise<IncomingMessage> {
  const url = new URL(ask.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`${ask.url} is neither an http nor an https address`);
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: ask.method,
        headers: { 'user-agent': 'loaban-agent', ...ask.headers },
        agent: false,
        ...(ask.signal ? { signal: ask.signal } : {}),
      },
      resolve,
    );
    outgoing.setTimeout(IDLE_MS, () => outgoing.destroy(new Error(`no byte for ${IDLE_MS / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end(ask.body);
  });
  const location = answer.headers.location;
  const status = answer.statusCode ?? 0;
  if (ask.method === 'GET' && status >= 301 && status <= 308 && status !== 304 && location !== undefined) {
    answer.resume();
    if (redirects >= MOST_REDIRECTS) throw new Error(`${ask.url} redirects too often`);
    return await httpRequest({ ...ask, url: new URL(location, url).href }, redirects + 1);
  }
  return answer;
}
