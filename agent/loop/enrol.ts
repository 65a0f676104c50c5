import { z } from 'zod';
import { type Enrolment, enrolment } from '../../shared/contract/api/agent.ts';
import { Fault } from '../../shared/core/fault.ts';
import { backoffMs } from '../domain/backoff.ts';
import type { AgentClock, Random } from '../ports/clock.ts';
import type { Document } from '../ports/documents.ts';
import type { AgentLog } from '../ports/log.ts';
import type { Answer, Poster } from '../ports/poster.ts';
import type { Identity, IdentityState, MarksState } from './documents.ts';

export interface EnrolDeps {
  /** The server's address. */
  readonly server: string;
  readonly code: string | null;
  readonly state: Document<IdentityState>;
  /** Of the journal: a box that takes an older one's place goes on with its numbers. */
  readonly marks: Document<MarksState>;
  readonly poster: Poster;
  readonly clock: AgentClock;
  readonly random: Random;
  readonly log: AgentLog;
  readonly signal: AbortSignal;
}

const BACKOFF = { firstMs: 2_000, mostMs: 60_000, leastMs: 500 };

/** What a problem document says to people; only these members are looked at. */
const refusal = z.object({
  detail: z.string().optional(),
  title: z.string().optional(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/**
 * The identity of this box: the stored one, or a new one for an enrolment code. While the server cannot be reached it is
 * asked again and again; the installation number, stored before the first question, makes asking twice harmless.
 * @returns the identity, and the server's time when it has just been given (Unix ms)
 * @throws Fault when there is neither identity nor code, or the server refuses
 */
export async function enrolled(deps: EnrolDeps): Promise<{ identity: Identity; serverTime: number | null }> {
  const { state, code, log } = deps;
  const stored = state.value.identity;
  if (stored !== null) {
    if (code !== null) log.info({ agent: stored.agentId }, 'enrolled already: the code was not used');
    return { identity: stored, serverTime: null };
  }
  if (code === null)
    throw new Fault(
      'invalid',
      'enrol.missing',
      'this data folder is not enrolled: get a code from the console and give it as --enrol CODE',
    );
  const answer = await askUntilAnswered(deps, code);
  const { agentId, villageId, areas, mqtt, serverKey, serverTime, nextN } = answer;
  // Before the identity: a number that the ledger has from the older box would be taken for a copy, and its record lost.
  if (nextN > 1) await deps.marks.save({ reserved: nextN - 1, upTo: nextN - 1 });
  const identity: Identity = { agentId, villageId, areas, mqtt, serverKey };
  await state.save({ ...state.value, identity });
  log.info({ agent: agentId, village: villageId }, 'enrolled');
  return { identity, serverTime };
}

async function askUntilAnswered(deps: EnrolDeps, code: string): Promise<Enrolment> {
  const url = enrolmentUrl(deps.server);
  const json = JSON.stringify({ code, installation: deps.state.value.installation });
  for (let failures = 1; ; failures += 1) {
    let trouble: string;
    try {
      const answer = await deps.poster.post(url, json);
      if (answer.status < 500 && answer.status !== 429) return accepted(answer, deps.server);
      trouble = `it answered ${answer.status}`;
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      trouble = cause instanceof Error ? cause.message : String(cause);
    }
    const waitMs = backoffMs(BACKOFF, failures, deps.random());
    deps.log.warn(
      { server: deps.server, trouble, waitMs },
      'the server cannot enrol this box now; it will be asked again',
    );
    await pause(deps.clock, waitMs, deps.signal);
    if (deps.signal.aborted) throw new Fault('unavailable', 'enrol.stopped', 'stopped before this box was enrolled');
  }
}

export function enrolmentUrl(server: string): string {
  return new URL('api/v1/enrolments', server.endsWith('/') ? server : `${server}/`).href;
}

function accepted(answer: Answer, server: string): Enrolment {
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = enrolment.safeParse(parseJson(answer.body));
    if (parsed.success) return parsed.data;
    throw new Fault(
      'invalid',
      'enrol.stranger',
      `--server ${server} answered something else than an enrolment: is it a Loa Bản server of this version?`,
    );
  }
  const said = refusal.safeParse(parseJson(answer.body));
  const words = said.success
    ? [said.data.fields?.map((field) => field.message).join('; '), said.data.detail, said.data.title]
    : [];
  const why = words.find((word) => word !== undefined && word !== '');
  if (why === undefined)
    throw new Fault(
      'invalid',
      'enrol.stranger',
      `--server ${server} answered ${answer.status} to the enrolment: is it a Loa Bản server?`,
    );
  throw new Fault('invalid', 'enrol.refused', `the server refused --enrol (${answer.status}): ${why}`);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // no JSON: the schemas refuse undefined
  }
}

/** Resolves after `ms`, or at once when called off. */
function pause(clock: AgentClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
