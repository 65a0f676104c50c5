import type { Document } from '../ports/documents.ts';
import type { AgentLog } from '../ports/log.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { ClipDesk } from './clipDesk.ts';
import type { ClockKeeper } from './clockKeeper.ts';
import type { Commands } from './commands.ts';
import type { HeldMessage } from './documents.ts';
import type { Exclusive } from './exclusive.ts';
import type { FaultDesk } from './faultDesk.ts';
import type { Acceptors } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { Reconciler } from './reconciler.ts';
import type { Target } from './target.ts';

export interface AcceptDeps {
  readonly exclusive: Exclusive;
  readonly planFile: Document<HeldMessage>;
  readonly configFile: Document<HeldMessage>;
  readonly target: Target;
  readonly reconciler: Reconciler;
  readonly clips: ClipDesk;
  readonly commands: Commands;
  readonly outbox: Outbox;
  readonly journal: AgentJournal;
  readonly keeper: ClockKeeper;
  readonly faults: FaultDesk;
  readonly log: AgentLog;
  /** The areas whose interrupts are heard have changed. */
  readonly areasChanged: () => void;
  readonly changed: () => void;
}

/** What becomes of each kind of message once it is believed. Each resolves when it is stored for good. */
export function makeAcceptors(deps: AcceptDeps): Acceptors {
  const { exclusive, target, reconciler, clips, commands, outbox, journal, keeper, faults } = deps;
  return {
    plan: (message, { seq, signedAt, token }) =>
      exclusive.run(async () => {
        await reconciler.settleBefore(message, signedAt);
        const acceptedAt = keeper.stamp();
        await deps.planFile.save({ token, acceptedAt });
        target.setPlan(seq, acceptedAt, message);
        await clips.planChanged(message.clips);
        deps.log.info({ seq, items: message.items.length, clips: message.clips.length }, 'plan taken');
        deps.changed();
      }),
    config: (message, { seq, token }) =>
      exclusive.run(async () => {
        const before = target.config?.areas.join();
        await deps.configFile.save({ token, acceptedAt: keeper.stamp() });
        target.setConfig(seq, message);
        if (before !== message.areas.join()) deps.areasChanged();
        deps.changed();
      }),
    command: (message) => commands.take(message),
    async receipt(message, { seq }) {
      const { upTo, nextN } = journal.state;
      if (message.upTo >= nextN)
        faults.report('journal.behind', `the server has records up to ${message.upTo}, this box wrote ${nextN - 1}`);
      if (message.upTo > upTo) {
        await journal.receipt(message.upTo, seq);
        const { now, trusted } = keeper.read();
        await journal.compact(trusted ? now : null);
      }
      outbox.confirmed();
      deps.changed();
    },
    async interrupt(message) {
      if (message.state !== 'active') return;
      // Heard and believed, but this version has no way to play it: better said than silently missed.
      faults.report(
        'interrupt.unsupported',
        `emergency ${message.interrupt} of ${message.area} cannot be played by this version`,
      );
    },
  };
}
