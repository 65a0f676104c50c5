import type { PlannedPlay } from '../../server/ports/ledger.ts';
import type { PlaybackRecord, ReportRecord } from '../../shared/contract/messages/report.ts';
import { DAY, dateOfDay, MINUTE } from '../../shared/core/time.ts';

/** 2026-02-14 00:00 UTC; the days of these samples are those of UTC. */
export const START = 1_771_027_200_000;
const SHA = 'a'.repeat(64);

/** A play of one minute, ten minutes after the one before; 20 a day. */
export function playOf(item: string, index: number, change: Partial<PlannedPlay> = {}): PlannedPlay {
  const at = START + Math.floor(index / 20) * DAY + (index % 20) * 10 * MINUTE;
  return {
    item: {
      id: item,
      at,
      durationMs: MINUTE,
      clip: SHA,
      class: 'normal',
      rule: 'rul-1',
      bulletin: 'bul-1',
      campaign: 'cam-1',
      title: 'Không đốt nương',
      repeat: 1,
    },
    villageId: 'are-v',
    villageName: 'Bản Phố',
    areaPath: '/are-p/are-c/are-v/',
    day: dateOfDay(Math.floor(at / DAY)),
    themeId: 'thm-1',
    organisationId: null,
    language: 'vi',
    ...change,
  };
}

export function playback(n: number, item: string, change: Partial<PlaybackRecord> = {}): PlaybackRecord {
  return {
    n,
    kind: 'playback',
    recordedAt: START + DAY,
    item,
    planSeq: 1,
    clip: SHA,
    at: START,
    outcome: 'played',
    reason: null,
    startedAt: START,
    heardMs: MINUTE,
    clock: 'trusted',
    ...change,
  };
}

export function faultRecord(n: number): ReportRecord {
  return { n, kind: 'fault', recordedAt: START, code: 'sink.lost', detail: 'NUL: \u0000, quote: "' };
}
