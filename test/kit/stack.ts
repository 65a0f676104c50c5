import { join } from 'node:path';
import { Api } from './api.ts';
import { freePort, RunningProcess } from './processes.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface ServerOptions {
  /** Data folder; made by the server. */
  readonly dataDir: string;
  readonly logFile: string;
  /** Settings beside those below, such as LOABAN_DATABASE_URL. */
  readonly env?: Record<string, string>;
  readonly httpPort?: number;
  readonly mqttPort?: number;
  readonly password?: string;
}

/** The real server as a process of its own, with a way to lose it and have it again at the same address. */
export class ServerProcess {
  readonly api: Api;
  readonly url: string;
  readonly password: string;
  readonly #options: ServerOptions;
  readonly #env: NodeJS.ProcessEnv;
  #process: RunningProcess;

  private constructor(options: ServerOptions, httpPort: number, mqttPort: number) {
    this.#options = options;
    this.url = `http://127.0.0.1:${httpPort}`;
    this.api = new Api(this.url);
    this.password = options.password ?? 'loa-ban-thu-nghiem';
    this.#env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: 'UTC',
      LOABAN_DATA_DIR: options.dataDir,
      LOABAN_HTTP_PORT: String(httpPort),
      LOABAN_MQTT_PORT: String(mqttPort),
      LOABAN_ADMIN_PASSWORD: this.password,
      ...options.env,
    };
    this.#process = this.#spawn();
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const server = new ServerProcess(
      options,
      options.httpPort ?? (await freePort()),
      options.mqttPort ?? (await freePort()),
    );
    await server.ready();
    await server.api.signIn('admin', server.password);
    return server;
  }

  #spawn(): RunningProcess {
    return new RunningProcess({
      command: process.execPath,
      args: [join(ROOT, 'server', 'main.ts')],
      env: this.#env,
      cwd: ROOT,
      logFile: this.#options.logFile,
    });
  }

  get process(): RunningProcess {
    return this.#process;
  }

  /** Resolves once /readyz says yes. */
  async ready(timeoutMs = 30_000): Promise<void> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      if (!this.#process.running) {
        throw new Error(
          `the server ended with ${this.#process.exitCode}:\n${this.#process.lines.slice(-20).join('\n')}`,
        );
      }
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (performance.now() > until) {
        const why = answer ? await answer.text() : 'no answer';
        throw new Error(
          `the server is not ready after ${timeoutMs} ms: ${why}\n${this.#process.lines.slice(-20).join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async kill9(): Promise<void> {
    await this.#process.kill9();
  }

  /** Has it again at the same ports, on the same data. */
  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.ready();
  }

  async stop(): Promise<number | null> {
    return await this.#process.stop();
  }
}

export interface AgentOptions {
  readonly serverUrl: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly sink: string;
  /** Enrolment code for the first start. */
  readonly code?: string;
  readonly env?: Record<string, string>;
  /** The program to run: the sources, or the bundle. */
  readonly program?: string;
}

/** One real village agent as a process of its own. */
export class AgentProcess {
  readonly options: AgentOptions;
  #process: RunningProcess;

  constructor(options: AgentOptions) {
    this.options = options;
    this.#process = this.#spawn();
  }

  #spawn(): RunningProcess {
    const { options } = this;
    return new RunningProcess({
      command: process.execPath,
      args: [
        options.program ?? join(ROOT, 'agent', 'main.ts'),
        '--server',
        options.serverUrl,
        '--data',
        options.dataDir,
        '--sink',
        options.sink,
        ...(options.code === undefined ? [] : ['--enrol', options.code]),
      ],
      env: { ...process.env, ...options.env },
      cwd: ROOT,
      logFile: options.logFile,
    });
  }

  get process(): RunningProcess {
    return this.#process;
  }

  async kill9(): Promise<void> {
    await this.#process.kill9();
  }

  restart(): void {
    this.#process = this.#spawn();
  }

  async stop(): Promise<number | null> {
    return await this.#process.stop();
  }
}
