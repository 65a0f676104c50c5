import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from './wait.ts';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Where its output goes, appended, so that a restart keeps what came before. */
  readonly logFile: string;
}

/** A program of our own in a process of its own. It is ended by its pid and nothing else. */
export class RunningProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #exit: { code: number | null } | null = null;

  constructor(options: ProcessOptions) {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = createWriteStream(options.logFile, { flags: 'a' });
    this.#child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        if (this.lines.length > 5_000) this.lines.splice(0, 1_000);
        log.write(`${line}\n`);
      });
    }
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code) => {
        this.#exit = { code };
        log.end();
        resolve(code);
      });
    });
    // Whoever waits sees the rejection; nobody may be waiting yet.
    this.#ended.catch(() => undefined);
  }

  get pid(): number {
    const pid = this.#child.pid;
    if (pid === undefined) throw new Error('the process did not start');
    return pid;
  }

  get running(): boolean {
    return this.#exit === null;
  }

  get exitCode(): number | null {
    return this.#exit?.code ?? null;
  }

  /** Resolves with the first line that matches, also one that has come already. Rejects when the process ends first. */
  async line(pattern: RegExp, timeoutMs = 20_000): Promise<string> {
    await waitFor(
      () => this.lines.some((line) => pattern.test(line)) || !this.running,
      `a line like ${pattern}; so far: ${this.lines.slice(-5).join(' | ')}`,
      timeoutMs,
    );
    const found = this.lines.find((line) => pattern.test(line));
    if (found === undefined)
      throw new Error(
        `ended with ${this.exitCode} before a line like ${pattern}:\n${this.lines.slice(-20).join('\n')}`,
      );
    return found;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** As a power cut would: no handler runs. */
  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Asks it to end and waits; ends it for good after `graceMs`. Returns its exit code. */
  async stop(graceMs = 15_000): Promise<number | null> {
    if (!this.running) return this.exitCode;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }

  async ended(): Promise<number | null> {
    return await this.#ended;
  }
}

/** The wanted port where it is free, else a loopback port that was free a moment ago. */
export async function freePort(wanted = 0): Promise<number> {
  const bind = (port: number): Promise<number | null> =>
    new Promise((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(null));
      probe.listen(port, '127.0.0.1', () => {
        const address = probe.address();
        const bound = typeof address === 'object' && address !== null ? address.port : null;
        probe.close(() => resolve(bound));
      });
    });
  const port = (await bind(wanted)) ?? (await bind(0));
  if (port === null) throw new Error('no loopback port is free');
  return port;
}
