import type { PlaybackRecord } from '../../shared/contract/messages/report.ts';
import type { PlanItem } from '../../shared/core/plan.ts';
import { type Instant, SECOND } from '../../shared/core/time.ts';
import type { InPlay } from '../domain/situation.ts';
import type { SkipReason, StopReason } from '../domain/steps.ts';
import type { AgentClock } from '../ports/clock.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Player, PlayOutcome } from '../ports/player.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { FaultDesk } from './faultDesk.ts';

export interface PlaybackDeps {
  readonly player: Player;
  readonly journal: AgentJournal;
  readonly faults: FaultDesk;
  readonly clock: AgentClock;
  readonly log: AgentLog;
  readonly stamp: () => Instant;
  readonly clockTrusted: () => boolean;
  readonly clipPath: (sha256: string) => string;
  /** A clip could not be decoded: its bytes are worth a look. */
  readonly suspect: (sha256: string) => void;
  /** Something about the items in play changed. */
  readonly changed: () => void;
}

interface Play {
  readonly item: PlanItem;
  readonly planSeq: number;
  readonly abort: AbortController;
  sounding: boolean;
  began: boolean;
  since: Instant;
  stopReason: StopReason | 'interrupted' | null;
  heardMs: number;
  heardWritten: number;
  done: Promise<void>;
}

/** How often what was heard is noted, so that a power cut leaves a trace. */
const HEARD_EVERY_MS = 5 * SECOND;
const RETRY_MS = 5 * SECOND;

/** The items in the player's hands, and the record of how each ended. */
export class Playback {
  readonly #deps: PlaybackDeps;
  readonly #plays = new Map<string, Play>();
  #closing = false;

  constructor(deps: PlaybackDeps) {
    this.#deps = deps;
  }

  get inPlay(): InPlay[] {
    return [...this.#plays.values()].map(({ item, sounding, stopReason }) => ({
      id: item.id,
      clip: item.clip,
      at: item.at,
      durationMs: item.durationMs,
      sounding,
      stopping: stopReason !== null,
    }));
  }

  get playing(): { item: string; title: string; since: Instant } | null {
    for (const { item, sounding, since } of this.#plays.values())
      if (sounding) return { item: item.id, title: item.title, since };
    return null;
  }

  /** Hands an item to the player ahead of its instant. */
  arm(item: PlanItem, planSeq: number, gainDb: number): void {
    if (this.#closing || this.#plays.has(item.id)) return;
    const play: Play = {
      item,
      planSeq,
      abort: new AbortController(),
      sounding: false,
      began: false,
      since: 0,
      stopReason: null,
      heardMs: 0,
      heardWritten: 0,
      done: Promise.resolve(),
    };
    this.#plays.set(item.id, play);
    play.done = this.#run(play, gainDb);
  }

  stop(id: string, reason: StopReason): void {
    this.#stop(this.#plays.get(id), reason);
  }

  /** Stops all for the end of the program; resolves when each has its record. */
  async close(): Promise<void> {
    this.#closing = true;
    const plays = [...this.#plays.values()];
    for (const play of plays) this.#stop(play, 'interrupted');
    await Promise.all(plays.map((play) => play.done));
  }

  #stop(play: Play | undefined, reason: Play['stopReason']): void {
    if (play === undefined || play.stopReason !== null) return;
    play.stopReason = reason;
    play.abort.abort();
  }

  async #run(play: Play, gainDb: number): Promise<void> {
    const { item } = play;
    this.#deps.log.info({ item: item.id, title: item.title, at: item.at, gainDb }, 'item armed');
    let outcome: PlayOutcome;
    try {
      outcome = await this.#deps.player.play(
        { itemId: item.id, path: this.#deps.clipPath(item.clip), at: item.at, durationMs: item.durationMs, gainDb },
        { started: (at) => this.#started(play, at), progress: (heardMs) => this.#heard(play, heardMs) },
        play.abort.signal,
      );
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      outcome = { startedAt: null, heardMs: play.heardMs, complete: false, reason: 'soundFault', detail };
    }
    this.#say(play, outcome);
    await this.#write(play, outcome);
    this.#plays.delete(item.id);
    this.#deps.changed();
  }

  #started(play: Play, at: Instant): void {
    const { item, planSeq } = play;
    play.sounding = true;
    play.began = true;
    play.since = Math.round(at);
    const trace = { item: item.id, clip: item.clip, at: item.at, durationMs: item.durationMs, planSeq };
    this.#deps.log.info({ item: item.id, startedAt: at, lateMs: at - item.at }, 'item started');
    this.#deps.journal.begun({ ...trace, startedAt: play.since }).catch((cause: unknown) => {
      this.#deps.faults.raise('journal.write', `the disk does not take the journal: ${wordsOf(cause)}`);
    });
    this.#deps.changed();
  }

  #heard(play: Play, heardMs: number): void {
    play.heardMs = Math.max(play.heardMs, Math.round(heardMs));
    if (play.heardMs - play.heardWritten < HEARD_EVERY_MS) return;
    play.heardWritten = play.heardMs;
    this.#deps.journal.heard(play.item.id, play.heardMs).catch((cause: unknown) => {
      this.#deps.log.warn({ item: play.item.id, cause }, 'what was heard could not be noted');
    });
  }

  #say(play: Play, outcome: PlayOutcome): void {
    const { item } = play;
    const { complete, reason, detail, heardMs, startedAt } = outcome;
    this.#deps.log.info({ item: item.id, complete, reason, detail, heardMs, startedAt }, 'item ended');
    if (reason === 'soundFault') this.#deps.faults.raise('sound.fault', detail ?? 'the sound device failed');
    else if (startedAt !== null && complete) this.#deps.faults.clear('sound.fault');
    if (reason !== 'decodeFault') return;
    this.#deps.faults.report('clip.decode', `clip ${item.clip} of item ${item.id}: ${detail ?? 'cannot be decoded'}`);
    this.#deps.suspect(item.clip);
  }

  /** Writes the record, again and again until the disk takes it: it must not vanish. */
  async #write(play: Play, outcome: PlayOutcome): Promise<void> {
    const verdict = verdictOf(play, outcome);
    if (verdict === null) return;
    const { item, planSeq } = play;
    const since = play.began ? play.since : null;
    const startedAt = outcome.startedAt === null ? since : Math.round(outcome.startedAt);
    for (;;) {
      try {
        await this.#deps.journal.record(
          {
            kind: 'playback',
            recordedAt: this.#deps.stamp(),
            item: item.id,
            planSeq,
            clip: item.clip,
            at: item.at,
            ...verdict,
            startedAt: verdict.outcome === 'skipped' ? null : startedAt,
            heardMs: heardOf(play, outcome),
            clock: this.#deps.clockTrusted() ? 'trusted' : 'untrusted',
          },
          item.at + item.durationMs,
        );
        this.#deps.faults.clear('journal.write');
        return;
      } catch (cause) {
        this.#deps.faults.raise('journal.write', `the disk does not take the journal: ${wordsOf(cause)}`);
        // At the end of the program the trace of the beginning is what the next start goes by.
        if (this.#closing) return;
        await new Promise<void>((resolve) => this.#deps.clock.after(RETRY_MS, resolve));
      }
    }
  }
}

function heardOf(play: Play, outcome: PlayOutcome): number {
  return Math.min(86_400_000, Math.max(0, Math.round(Math.max(outcome.heardMs, outcome.complete ? 0 : play.heardMs))));
}

/** How it goes into the ledger; null: nothing sounded and nothing is due yet, so that it is judged anew or is no more planned. */
function verdictOf(
  play: Play,
  outcome: PlayOutcome,
): { outcome: PlaybackRecord['outcome']; reason: SkipReason | null } | null {
  if (outcome.complete) return { outcome: 'played', reason: null };
  const sounded = play.began || outcome.startedAt !== null;
  if (outcome.reason === 'soundFault' || outcome.reason === 'decodeFault')
    return { outcome: sounded ? 'partly' : 'skipped', reason: outcome.reason };
  if (!sounded) return null;
  return { outcome: heardOf(play, outcome) > 0 ? 'partly' : 'skipped', reason: play.stopReason ?? 'interrupted' };
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
