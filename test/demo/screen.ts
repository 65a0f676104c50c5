import type { AgentView } from '../../shared/contract/api/agent.ts';
import type { LedgerEntry, LedgerSum } from '../../shared/contract/api/ledger.ts';
import { playingAt } from '../../shared/core/plan.ts';
import type { Instant } from '../../shared/core/time.ts';

/** All that the demo shows, as read from the API a moment ago. */
export interface DemoView {
  readonly address: string;
  readonly login: string;
  readonly folder: string;
  readonly now: Instant;
  readonly villages: readonly { readonly name: string; readonly agent: AgentView | null; readonly sink: string }[];
  readonly entries: readonly LedgerEntry[];
  readonly sum: LedgerSum | null;
}

const BAR = 24;

const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
};

const localTime = (at: Instant): string =>
  new Date(at).toLocaleTimeString('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', hour12: false });

/** Pads by what a terminal shows: Vietnamese letters are one cell each once composed. */
const cell = (text: string, width: number): string => {
  const letters = [...text.normalize('NFC')];
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : letters.join('').padEnd(width);
};

function bar(done: number): string {
  const full = Math.round(Math.min(1, Math.max(0, done)) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** What one village does now, in one line without its name. */
export function villageLine(agent: AgentView | null, entries: readonly LedgerEntry[], now: Instant): string {
  const status = agent?.status ?? null;
  if (status === null || !status.online) return '○ ngoại tuyến / offline';
  const own = entries.filter((entry) => entry.agentId === agent?.id).sort((a, b) => a.at - b.at);
  const item = playingAt(own, now);
  if (status.playing !== null && item !== null && item.itemId === status.playing.item) {
    const elapsed = now - item.at;
    return `▶ ${cell(item.title, 44)} ${bar(elapsed / item.durationMs)} ${clockText(elapsed)} / ${clockText(item.durationMs)}`;
  }
  const next = own.find((entry) => entry.at > now);
  return next
    ? `● chờ / next ${localTime(next.at)} ${cell(next.title, 44)} −${clockText(next.at - now)}`
    : '● trực tuyến / online';
}

/** The ledger's sums in one line; they always add up to what was planned. */
export function sumLine(sum: LedgerSum | null): string {
  if (sum === null) return 'sổ phát sóng / ledger: –';
  return (
    `sổ phát sóng / ledger: lịch / planned ${sum.planned} = đã phát / played ${sum.played} + một phần / partly ${sum.partly}` +
    ` + bỏ qua / skipped ${sum.skipped} + chưa rõ / unknown ${sum.unknown} + chờ / pending ${sum.pending}` +
    ` · nghe được / heard ${clockText(sum.heardMs)}`
  );
}

/** The whole screen as lines. */
export function renderScreen(view: DemoView): string[] {
  const past = view.entries
    .filter((entry) => entry.outcome !== 'pending' && entry.at <= view.now)
    .sort((a, b) => b.at - a.at)
    .slice(0, 9);
  return [
    `Loa Bản · demo · ${localTime(view.now)}`,
    `${view.address}   ${view.login}`,
    `dữ liệu / files: ${view.folder}`,
    '',
    ...view.villages.map(
      (village) => `${cell(village.name, 16)} ${villageLine(village.agent, view.entries, view.now)}`,
    ),
    '',
    sumLine(view.sum),
    ...past.map(
      (entry) =>
        `  ${localTime(entry.at)}  ${cell(entry.villageName, 16)} ${cell(entry.title, 44)} ${entry.outcome}` +
        `${entry.reason ? ` (${entry.reason})` : ''} ${clockText(entry.heardMs)} / ${clockText(entry.durationMs)}`,
    ),
    '',
    'Ctrl-C: dừng tất cả / ends all of it',
  ];
}
