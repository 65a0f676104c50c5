import type { LedgerEntry, Outcome } from '../../shared/contract/api/ledger.ts';
import type { SkipReason } from '../../shared/contract/messages/report.ts';
import type { BulletinClass } from '../../shared/core/plan.ts';
import { SECOND, type Zone } from '../../shared/core/time.ts';
import { localStamp, localTimeText } from './localText.ts';

export type CsvLanguage = 'vi' | 'en';

/** What the ids of an entry stand for. */
export interface LedgerNames {
  readonly zoneOf: (villageId: string) => Zone;
  readonly campaign: (id: string) => string;
  readonly theme: (id: string) => string;
  readonly organisation: (id: string) => string;
}

interface Column {
  readonly vi: string;
  readonly en: string;
  readonly cell: (entry: LedgerEntry, names: LedgerNames, language: CsvLanguage) => string | number | null;
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  played: 'đã phát',
  partly: 'phát một phần',
  skipped: 'không phát',
  unknown: 'chưa rõ',
  pending: 'chưa đến giờ',
};

const REASON_WORDS: Readonly<Record<SkipReason, string>> = {
  preempted: 'nhường tin khẩn hơn',
  clockNotTrusted: 'đồng hồ chưa tin cậy',
  clipMissing: 'thiếu bản ghi âm',
  muted: 'tắt tiếng',
  outsideWindow: 'ngoài khung giờ',
  interrupted: 'bị ngắt giữa chừng',
  boxOff: 'thiết bị tắt',
  planLate: 'lịch đến muộn',
  withdrawn: 'bị rút',
  soundFault: 'lỗi âm thanh',
  decodeFault: 'lỗi giải mã',
};

const CLASS_WORDS: Readonly<Record<BulletinClass, string>> = {
  normal: 'thông thường',
  priority: 'ưu tiên',
  emergency: 'khẩn cấp',
};

const named = (id: string | null, name: (id: string) => string): string | null => (id === null ? null : name(id));
const seconds = (ms: number): number => Math.round(ms / SECOND);

const COLUMNS: readonly Column[] = [
  { vi: 'Ngày', en: 'day', cell: ({ day }) => day },
  { vi: 'Giờ', en: 'time', cell: ({ at, villageId }, { zoneOf }) => localTimeText(at, zoneOf(villageId)) },
  { vi: 'Thôn, bản', en: 'village', cell: ({ villageName }) => villageName },
  { vi: 'Bản tin', en: 'title', cell: ({ title }) => title },
  {
    vi: 'Mức',
    en: 'class',
    cell: (entry, _, language) => (language === 'vi' ? CLASS_WORDS[entry.class] : entry.class),
  },
  { vi: 'Chiến dịch', en: 'campaign', cell: ({ campaignId }, names) => named(campaignId, names.campaign) },
  { vi: 'Chuyên đề', en: 'theme', cell: ({ themeId }, names) => named(themeId, names.theme) },
  {
    vi: 'Đơn vị cung cấp',
    en: 'organisation',
    cell: ({ organisationId }, names) => named(organisationId, names.organisation),
  },
  { vi: 'Ngôn ngữ', en: 'language', cell: ({ language }) => language },
  { vi: 'Thời lượng (giây)', en: 'planned seconds', cell: ({ durationMs }) => seconds(durationMs) },
  {
    vi: 'Kết quả',
    en: 'outcome',
    cell: ({ outcome }, _, language) => (language === 'vi' ? OUTCOME_WORDS[outcome] : outcome),
  },
  {
    vi: 'Lý do',
    en: 'reason',
    cell: ({ reason }, _, language) => (reason !== null && language === 'vi' ? REASON_WORDS[reason] : reason),
  },
  {
    vi: 'Bắt đầu phát',
    en: 'started',
    cell: ({ startedAt, villageId }, { zoneOf }) =>
      startedAt === null ? null : localStamp(wholeSecond(startedAt), zoneOf(villageId)),
  },
  { vi: 'Đã nghe (giây)', en: 'heard seconds', cell: ({ heardMs }) => seconds(heardMs) },
  { vi: 'Mã thiết bị', en: 'agent', cell: ({ agentId }) => agentId },
  { vi: 'Mã lần phát', en: 'item', cell: ({ itemId }) => itemId },
];

const wholeSecond = (instant: number): number => Math.floor(instant / SECOND) * SECOND;

/** The first line of the ledger as a table. */
export function ledgerHeader(language: CsvLanguage): string[] {
  return COLUMNS.map((column) => column[language]);
}

/** One planned play and what became of it, in the columns of `ledgerHeader`; times are those of the village. */
export function ledgerRow(entry: LedgerEntry, names: LedgerNames, language: CsvLanguage): (string | number | null)[] {
  return COLUMNS.map(({ cell }) => cell(entry, names, language));
}
