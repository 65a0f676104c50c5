import { api, Refusal } from './api.js';
import { byId, keep } from './dom.js';
import { fill, STRINGS, savedLanguage, saveLanguage } from './strings.js';
import { playRow, sumTiles, uploadRow, villageCard } from './views.js';

/** What the page knows; everything on it is drawn from this. */
const state = {
  language: savedLanguage(),
  about: null,
  agents: [],
  areas: new Map(),
  sums: null,
  plays: [],
  upcoming: [],
  clips: new Map(),
  link: null,
  events: null,
  /** The server's clock less ours, in ms: a wrong clock here must not show a wrong 'next'. */
  skew: 0,
};

const MOST_PLAYS = 30;
const DAY = 86_400_000;
const text = () => STRINGS[state.language];
const now = () => Date.now() + state.skew;
const dayOf = (instant) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: state.about.zone, dateStyle: 'short' }).format(instant);

/** Time of day in the server's zone, with the date when it is another day than `today`. */
function time(at, today = now()) {
  const instant = new Date(at);
  const other = dayOf(instant) !== dayOf(today);
  return new Intl.DateTimeFormat(state.language, {
    timeZone: state.about.zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...(other ? { weekday: 'short', day: 'numeric', month: 'numeric' } : {}),
  }).format(instant);
}

function draw() {
  const words = text();
  document.documentElement.lang = state.language;
  for (const node of document.querySelectorAll('[data-text]')) node.textContent = words[node.dataset.text];
  const language = byId('language');
  language.textContent = words.other;
  language.lang = state.language === 'vi' ? 'en' : 'vi';
  language.setAttribute('aria-label', `${words.other}: ${words.otherHint}`);
  byId('link').textContent = state.link === null ? '' : words[state.link];
  const signedIn = state.about !== null;
  byId('sign-in').hidden = signedIn;
  byId('live').hidden = !signedIn;
  byId('sign-out').hidden = !signedIn;
  if (signedIn) drawLive(words);
}

function drawLive(words) {
  const view = { text: words, areas: state.areas, time, now: now() };
  const date = new Intl.DateTimeFormat(state.language, { timeZone: state.about.zone, dateStyle: 'full' }).format(now());
  byId('today-title').textContent = fill(words.today, { date });
  byId('version').textContent = `Loa Bản ${state.about.version}`;
  keep(byId('sums'), sumTiles(state.sums, words));

  const next = new Map();
  for (const entry of state.upcoming) {
    if (Date.parse(entry.at) > view.now && !next.has(entry.agentId)) next.set(entry.agentId, entry);
  }
  const name = (agent) => state.areas.get(agent.villageId)?.name ?? agent.villageId;
  const shown = state.agents
    .filter((agent) => agent.state !== 'revoked')
    .sort((a, b) => name(a).localeCompare(name(b), 'vi'));
  keep(
    byId('villages'),
    shown.map((agent) => [agent.id, villageCard(agent, { ...view, next: next.get(agent.id) })]),
  );
  byId('villages-none').hidden = shown.length > 0;

  keep(
    byId('plays'),
    state.plays.map((entry) => [`${entry.agentId}/${entry.itemId}`, playRow(entry, view)]),
  );
  byId('plays-none').hidden = state.plays.length > 0;

  const uploads = [...state.clips.values()].filter((clip) => clip.processing.state !== 'ready');
  keep(
    byId('uploads'),
    uploads.map((clip) => [clip.id, uploadRow(clip, view)]),
  );
  byId('uploads-section').hidden = uploads.length === 0;
}

/** What is fetched anew when an event of a kind comes; many events make one fetch. */
const REFETCH = {
  status: fetchAgents,
  ledger: fetchLedger,
  plan: fetchLedger,
};

async function fetchAgents() {
  const [agents, areas] = await Promise.all([api.agents(), state.areas.size === 0 ? api.areas() : []]);
  for (const area of areas) state.areas.set(area.id, area);
  state.agents = agents;
  // A village that was added since has a name to be fetched.
  if (agents.some((agent) => !state.areas.has(agent.villageId))) {
    for (const area of await api.areas()) state.areas.set(area.id, area);
  }
}

async function fetchLedger() {
  const today = dayOf(now());
  const [sums, plays, upcoming] = await Promise.all([
    api.sums(today),
    api.ledger(today),
    api.upcoming(today, dayOf(now() + 6 * DAY)),
  ]);
  [state.sums] = sums.items;
  state.plays = plays
    .filter((entry) => entry.outcome !== 'pending')
    .reverse()
    .slice(0, MOST_PLAYS);
  state.upcoming = upcoming;
}

async function fetchClips() {
  const { items } = await api.uploads();
  for (const clip of items) state.clips.set(clip.id, clip);
  // What was in work when we last looked may be done; what has failed stays until the page is left.
  for (const clip of state.clips.values()) {
    if (clip.processing.state !== 'failed' && !items.some(({ id }) => id === clip.id)) state.clips.delete(clip.id);
  }
}

async function fetchClip(id) {
  state.clips.set(id, await api.clip(id));
}

const fetchAll = () => Promise.all([fetchAgents(), fetchLedger(), fetchClips()]);

const waiting = new Map();

/** Runs a fetch soon, once for all who ask meanwhile, and draws what it brought. */
function soon(key, work) {
  if (waiting.has(key)) return;
  waiting.set(
    key,
    setTimeout(async () => {
      waiting.delete(key);
      await guarded(work);
    }, 300),
  );
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) leave();
    else if (!(error instanceof Refusal)) state.link = 'lost';
  }
  draw();
}

async function enter() {
  const about = await api.about();
  state.skew = Date.parse(about.now) - Date.now();
  state.about = about;
  await fetchAll();
  follow();
}

function follow() {
  state.events?.close();
  const events = api.events();
  state.events = events;
  let first = true;
  events.onopen = () => {
    state.link = 'live';
    // Whatever happened while we were away came without an event.
    if (!first) soon('all', fetchAll);
    first = false;
    draw();
  };
  events.onerror = () => {
    state.link = 'lost';
    draw();
    // A refused stream is not tried again by the browser; asking who we are tells whether the session is over.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => guarded(enter), 3000);
  };
  for (const [kind, work] of Object.entries(REFETCH)) events.addEventListener(kind, () => soon(kind, work));
  events.addEventListener('clip', (event) => {
    const { clipId } = JSON.parse(event.data);
    soon(`clip ${clipId}`, () => fetchClip(clipId));
  });
}

function leave() {
  state.events?.close();
  Object.assign(state, {
    about: null,
    events: null,
    link: null,
    agents: [],
    areas: new Map(),
    plays: [],
    clips: new Map(),
  });
}

byId('language').addEventListener('click', () => {
  state.language = state.language === 'vi' ? 'en' : 'vi';
  saveLanguage(state.language);
  draw();
});

byId('sign-out').addEventListener('click', async () => {
  await guarded(() => api.signOut());
  leave();
  draw();
  byId('username').focus();
});

byId('sign-in').addEventListener('submit', async (event) => {
  event.preventDefault();
  const fault = byId('sign-in-fault');
  const [username, password] = [byId('username'), byId('password')];
  fault.textContent = '';
  try {
    await api.signIn(username.value, password.value);
    password.value = '';
    await enter();
    draw();
    byId('main').focus();
  } catch (error) {
    const words = text();
    if (!(error instanceof Refusal)) fault.textContent = words.unreachable;
    else if (error.status === 429) fault.textContent = fill(words.tooMany, { seconds: error.retryAfter });
    else fault.textContent = error.status === 401 ? words.refused : error.message;
    draw();
  }
});

draw();
await guarded(enter);
// Outcomes come due, midnight passes and boxes are added without an event.
setInterval(() => {
  if (state.about !== null) soon('all', fetchAll);
}, 30_000);
