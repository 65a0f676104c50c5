import type { PlaybackRecord, ReportMessage } from '../../shared/contract/messages/report.ts';

/** The nth record of a box: a play of 44 s a minute. */
export function benchRecord(agent: string, n: number): PlaybackRecord {
  const at = 1_795_485_600_000 + n * 60_000;
  return {
    kind: 'playback',
    n,
    recordedAt: at + 45_000,
    item: `${agent.slice(4)}-${n.toString(36)}`,
    planSeq: 7,
    clip: 'c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2',
    at,
    outcome: 'played',
    reason: null,
    startedAt: at + 1,
    heardMs: 44_000,
    clock: 'trusted',
  };
}

/** Records as a box sends them after a night without network. */
export function benchReport(agent: string, firstN: number, records: number): string {
  const message: ReportMessage = {
    v: 1,
    agent,
    oldest: 1,
    records: Array.from({ length: records }, (_, index) => benchRecord(agent, firstN + index)),
  };
  return JSON.stringify(message);
}

/** The day of an instant in Viet Nam, which has no summer time. */
export function localDateOf(at: number): string {
  return new Date(at + 7 * 3_600_000).toISOString().slice(0, 10);
}
