import { el } from './dom.js';
import { fill } from './strings.js';

const badge = (kind, text) => el('span', { class: `badge ${kind}` }, text);

/** One village's box: what it is, what it plays, what comes next. */
export function villageCard(agent, { text, areas, next, time, now }) {
  const status = agent.status;
  const area = areas.get(agent.villageId);
  return el(
    'li',
    {},
    el('h3', {}, area?.name ?? agent.villageId),
    el('p', { class: 'sub' }, agent.name),
    el('div', { class: 'badges' }, badges(agent, text, time)),
    playing(status, text, time),
    el(
      'p',
      {},
      el('span', { class: 'what' }, text.next),
      next === undefined ? text.nothingNext : `${time(next.at, now)} · ${next.title}`,
    ),
    ...(status?.online ? status.faults : []).map((fault) =>
      el('p', { class: 'fault' }, `${fault.code}: ${fault.detail}`),
    ),
  );
}

function badges(agent, text, time) {
  const status = agent.status;
  if (agent.state !== 'enrolled') return [badge('calm', text[agent.state])];
  if (status === null) return [badge('bad', text.never)];
  if (!status.online)
    return [badge('bad', agent.statusAt ? fill(text.offlineSince, { time: time(agent.statusAt) }) : text.offline)];
  const window = status.nextWindow;
  const missing = window !== null && window.clipsReady < window.clips;
  return [
    badge(status.faults.length > 0 ? 'warn' : 'good', text.online),
    missing
      ? badge('warn', fill(text.waiting, { ready: window.clipsReady, all: window.clips }))
      : badge('good', text.ready),
    status.clock.trusted ? null : badge('bad', text.clock),
    status.volume === 0 ? badge('warn', text.muted) : null,
  ];
}

function playing(status, text, time) {
  const on = status?.online ? status.playing : null;
  // Of a box that is away nobody knows whether it plays: its plan reaches days ahead.
  const silence = status?.online ? text.silent : text.notKnown;
  if (on === null) return el('p', {}, el('span', { class: 'what' }, text.nowPlaying), silence);
  return el(
    'p',
    { class: 'playing' },
    el('span', { class: 'what' }, `${text.nowPlaying} ${fill(text.since, { time: time(on.since) })}`),
    on.title,
  );
}

const OUTCOME_LOOK = { played: 'good', partly: 'warn', skipped: 'bad', unknown: 'calm', pending: 'calm' };

/** One play of the ledger with how it ended and why. */
export function playRow(entry, { text, time }) {
  const reason = entry.reason === null ? null : (text.reasons[entry.reason] ?? entry.reason);
  return el(
    'li',
    {},
    el('strong', {}, entry.title),
    badge(OUTCOME_LOOK[entry.outcome], text[entry.outcome]),
    el('span', { class: 'what' }, [time(entry.at), entry.villageName, reason].filter(Boolean).join(' · ')),
  );
}

/** The sums of a day: they add up to what was planned. */
export function sumTiles(sum, text) {
  const names = ['planned', 'played', 'partly', 'skipped', 'unknown', 'pending'];
  return names.map((name) => [name, el('div', {}, el('dt', {}, text[name]), el('dd', {}, String(sum?.[name] ?? 0)))]);
}

/** An upload on its way to being a clip, or one that cannot become one, with the reason. */
export function uploadRow(clip, { text }) {
  const { processing } = clip;
  const name = clip.original.name;
  if (processing.state === 'failed') {
    return el(
      'li',
      {},
      el('strong', {}, name),
      badge('bad', text.failed),
      el('span', { class: 'what' }, processing.detail),
    );
  }
  const done = processing.state === 'running' ? processing.progress : 0;
  return el(
    'li',
    {},
    el('strong', {}, name),
    el('progress', { value: done, max: 1, 'aria-label': fill(text.progressOf, { name }) }),
    el(
      'span',
      { class: 'what' },
      processing.state === 'queued' ? text.queued : `${text.running} ${Math.round(done * 100)} %`,
    ),
  );
}
