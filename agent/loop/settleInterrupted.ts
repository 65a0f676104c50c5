import type { AgentJournal } from './agentJournal.ts';
import type { ClockKeeper } from './clockKeeper.ts';

/** Items that were playing when the power went: one record each, with what had been noted as heard. */
export async function settleInterrupted(journal: AgentJournal, keeper: ClockKeeper): Promise<void> {
  for (const open of [...journal.open.values()])
    await journal.record(
      {
        kind: 'playback',
        recordedAt: keeper.stamp(),
        item: open.item,
        planSeq: open.planSeq,
        clip: open.clip,
        at: open.at,
        outcome: 'partly',
        reason: 'interrupted',
        startedAt: open.startedAt,
        heardMs: Math.round(open.heardMs),
        clock: keeper.trusted ? 'trusted' : 'untrusted',
      },
      open.at + open.durationMs,
    );
}
