import type { CommandAsk, CommandMessage } from '../../shared/contract/messages/command.ts';
import { type Instant, MINUTE, SECOND } from '../../shared/core/time.ts';
import { fitsInside } from '../../shared/core/windows.ts';
import { silentBetween } from '../domain/readiness.ts';
import { gainDbOf } from '../domain/volume.ts';
import type { Document } from '../ports/documents.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Player } from '../ports/player.ts';
import type { ToneMaker } from '../ports/tone.ts';
import type { AgentJournal } from './agentJournal.ts';
import type { CommandsState } from './documents.ts';
import type { Outbox } from './outbox.ts';
import type { Target } from './target.ts';

export interface CommandDeps {
  readonly state: Document<CommandsState>;
  readonly journal: AgentJournal;
  readonly outbox: Outbox;
  readonly player: Player;
  readonly target: Target;
  readonly tone: { readonly make: ToneMaker; readonly path: string };
  readonly log: AgentLog;
  readonly now: () => Instant;
  readonly stamp: () => Instant;
  /** True while the player holds something. */
  readonly busy: () => boolean;
}

interface Result {
  readonly ok: boolean;
  readonly detail: string;
}

/** Commands remembered so that none is carried out twice. */
const REMEMBERED = 200;
const TONE_LEAD_MS = 2 * SECOND;
/** Before and after a tone nothing of the plan may be due for this long. */
const TONE_MARGIN_MS = 8 * SECOND;
/** A result's detail may be 20,000 characters; JSON escapes make it longer on the wire. */
const LONGEST_DETAIL = 15_000;

/** Carries out what is asked of this box, each command at most once, and writes down how it ended. */
export class Commands {
  readonly #deps: CommandDeps;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: CommandDeps) {
    this.#deps = deps;
  }

  /** Commands that a stop of the program cut off: at most once means that they are not begun again. */
  async settleOwed(): Promise<void> {
    for (const command of this.#deps.state.value.owed)
      await this.#finish(command, { ok: false, detail: 'the box restarted before this was done; ask again' });
  }

  /** Resolves when the command is stored; it is carried out afterwards. */
  async take(message: CommandMessage): Promise<void> {
    const { state } = this.#deps;
    if (state.value.taken.includes(message.command)) return;
    await state.update(({ taken, owed }) => ({
      taken: [...taken, message.command].slice(-REMEMBERED),
      owed: [...owed, message.command],
    }));
    this.#running = this.#running.then(() => this.#carryOut(message.command, message.ask));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #carryOut(command: string, ask: CommandAsk): Promise<void> {
    this.#deps.log.info({ command, ask: ask.kind }, 'command begins');
    try {
      const result = await this.#do(ask);
      await this.#finish(command, result);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      await this.#finish(command, { ok: false, detail: detail.slice(0, 1_000) }).catch((failed: unknown) => {
        // It stays owed: the next start says that it was cut off.
        this.#deps.log.error({ command, cause: failed }, 'the result of a command could not be written');
      });
    }
  }

  async #finish(command: string, result: Result): Promise<void> {
    const { state, journal, outbox, log } = this.#deps;
    await journal.record({ kind: 'result', command, ...result, recordedAt: this.#deps.stamp() }, null);
    await state.update((value) => ({ ...value, owed: value.owed.filter((owed) => owed !== command) }));
    log.info({ command, ok: result.ok }, 'command done');
    outbox.poke();
  }

  async #do(ask: CommandAsk): Promise<Result> {
    if (ask.kind === 'testTone') return await this.#testTone(ask.seconds);
    if (ask.kind === 'logTail') return this.#logTail(ask.lines);
    const { journal, outbox } = this.#deps;
    const { upTo, nextN } = journal.state;
    outbox.restart(ask.fromN);
    const forgotten =
      ask.fromN <= upTo ? `; up to ${upTo} the server gave its receipt, so they are forgotten here` : '';
    return { ok: true, detail: `sending records ${Math.max(ask.fromN, upTo + 1)} to ${nextN - 1} again${forgotten}` };
  }

  #logTail(lines: number): Result {
    const tail = this.#deps.log.tail(lines);
    while (tail.length > 1 && tail.reduce((sum, line) => sum + line.length + 1, 0) > LONGEST_DETAIL) tail.shift();
    return { ok: true, detail: tail.join('\n').slice(-LONGEST_DETAIL) };
  }

  /** The silence outside the windows and the volume hold for a test too: only an emergency may sound there. */
  async #testTone(seconds: number): Promise<Result> {
    const { target, now, player, tone } = this.#deps;
    const at = now() + TONE_LEAD_MS;
    const end = at + seconds * SECOND;
    if (target.limits === null) return { ok: false, detail: 'this box has no configuration yet' };
    if (!fitsInside(target.windows(at - MINUTE, end + MINUTE), at, end))
      return { ok: false, detail: 'outside the broadcast windows of this village: ask for it inside one' };
    if (target.limits.volume <= 0) return { ok: false, detail: 'the volume is 0' };
    if (this.#deps.busy() || !silentBetween(target.plan, at - TONE_MARGIN_MS, end + TONE_MARGIN_MS))
      return { ok: false, detail: 'something of the plan is playing or about to: ask again afterwards' };
    await tone.make(tone.path, seconds);
    const outcome = await player.play(
      {
        itemId: 'test-tone',
        path: tone.path,
        at,
        durationMs: seconds * SECOND,
        gainDb: gainDbOf(target.limits.volume),
      },
      { started: () => undefined, progress: () => undefined },
      this.#abort.signal,
    );
    if (outcome.complete) return { ok: true, detail: `${seconds} s of 1 kHz at -20 dBFS played` };
    return { ok: false, detail: outcome.detail ?? `stopped after ${Math.round(outcome.heardMs)} ms` };
  }
}
