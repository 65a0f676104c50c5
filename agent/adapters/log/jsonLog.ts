import type { AgentLog } from '../../ports/log.ts';

/** Lines kept for `logTail`; each is cut to this length there and everywhere. */
const KEPT_LINES = 200;
const LONGEST_LINE = 2_000;

export interface JsonLogOptions {
  /** Where lines go, without line break. */
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/**
 * One JSON object a line: time, level, agent, message, then the event's fields. A small thing of our own, because the
 * resident memory of a box is dearer than the comfort of a logging library.
 */
export class JsonLog implements AgentLog {
  readonly #options: JsonLogOptions;
  readonly #lines: string[] = [];
  #agent: string | null = null;

  constructor(options: JsonLogOptions) {
    this.#options = options;
  }

  /** From now on each line names this agent. */
  name(agent: string): void {
    this.#agent = agent;
  }

  info(fields: object, message: string): void {
    this.#line('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#line('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#line('error', fields, message);
  }

  tail(lines: number): string[] {
    return this.#lines.slice(-lines);
  }

  #line(level: string, fields: object, message: string): void {
    const time = new Date(this.#options.now()).toISOString();
    const text = JSON.stringify({
      time,
      level,
      ...(this.#agent === null ? {} : { agent: this.#agent }),
      msg: message,
      ...plain(fields),
    });
    const line = text.length > LONGEST_LINE ? JSON.stringify({ time, level, msg: message, cut: true }) : text;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#options.write(line);
  }
}

/** Errors say nothing in JSON: their message and causes are what is needed. */
function plain(fields: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) out[key] = value instanceof Error ? describeError(value) : value;
  return out;
}

function describeError(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${describeError(error.cause)})` : '';
  return `${error.message}${cause}`;
}
