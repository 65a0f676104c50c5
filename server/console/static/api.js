/** The REST API as this page uses it. The session is the browser's cookie; no script ever sees it. */
const BASE = 'api/v1';

export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem?.code ?? '';
    this.retryAfter = retryAfter;
  }
}

async function call(method, path, body) {
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers: { 'x-loaban-request': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => null); // a proxy's error page is no problem document
    throw new Refusal(response.status, problem, Number(response.headers.get('retry-after') ?? 0));
  }
  return response.status === 204 ? null : response.json();
}

/** All items of a paged list, up to a bound that keeps a phone alive. */
async function all(path, most = 5000) {
  const items = [];
  const joint = path.includes('?') ? '&' : '?';
  let after = '';
  do {
    const page = await call('GET', `${path}${joint}limit=1000${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next ?? '';
  } while (after !== '' && items.length < most);
  return items;
}

export const api = {
  signIn: (username, password) => call('POST', '/sessions', { username, password }),
  signOut: () => call('DELETE', '/sessions/current'),
  about: () => call('GET', '/about'),
  agents: () => all('/agents'),
  areas: () => all('/areas', 20000),
  uploads: () => call('GET', '/uploads'),
  clip: (id) => call('GET', `/clips/${encodeURIComponent(id)}`),
  ledger: (day) => all(`/ledger?from=${day}&to=${day}`),
  upcoming: (from, to) => all(`/ledger?from=${from}&to=${to}&outcome=pending`, 2000),
  sums: (day) => call('GET', `/ledger/summary?from=${day}&to=${day}`),
  events: () => new EventSource(`${BASE}/events`),
};
