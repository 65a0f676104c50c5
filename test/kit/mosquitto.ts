import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { BROKER_FILES } from '../../server/adapters/mqtt/mosquitto/files.ts';
import { renderMosquittoConf } from '../../server/adapters/mqtt/mosquitto/render.ts';
import { findProgram } from './needs.ts';
import { freePort, RunningProcess } from './processes.ts';
import { waitFor } from './wait.ts';

export interface MosquittoOptions {
  /** Folder with `passwd` and `acl`; empty files are put where there are none, so that it can start first. */
  readonly filesFolder?: string;
  readonly port?: number;
  /** Lines that come after the product's own configuration. */
  readonly extra?: readonly string[];
}

/** A real Mosquitto on a loopback port, with the configuration that the product recommends. */
export class MosquittoProcess {
  readonly port: number;
  readonly folder: string;
  readonly filesFolder: string;
  readonly pidFile: string;
  #process: RunningProcess;

  private constructor(port: number, folder: string, filesFolder: string) {
    this.port = port;
    this.folder = folder;
    this.filesFolder = filesFolder;
    this.pidFile = join(folder, 'data', BROKER_FILES.pid);
    this.#process = this.#spawn();
  }

  static async start(options: MosquittoOptions = {}): Promise<MosquittoProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-mosquitto-'));
    const filesFolder = options.filesFolder ?? join(folder, 'files');
    const dataFolder = join(folder, 'data');
    await mkdir(dataFolder);
    await mkdir(filesFolder, { recursive: true });
    for (const name of [BROKER_FILES.passwords, BROKER_FILES.access]) {
      const path = join(filesFolder, name);
      if (!existsSync(path)) await writeFile(path, '', { mode: 0o600 });
    }
    const port = options.port ?? (await freePort());
    // As root Mosquitto would change to a user of its own, who may not read our temporary folders.
    const user = userInfo().username;
    const conf = renderMosquittoConf({ filesFolder, dataFolder, user, port, address: '127.0.0.1' });
    await writeFile(join(folder, 'mosquitto.conf'), `${conf}${(options.extra ?? []).join('\n')}\n`);
    const mosquitto = new MosquittoProcess(port, folder, filesFolder);
    await mosquitto.ready();
    return mosquitto;
  }

  #spawn(): RunningProcess {
    return new RunningProcess({
      command: findProgram('mosquitto') ?? 'mosquitto',
      args: ['-c', join(this.folder, 'mosquitto.conf')],
      logFile: join(this.folder, 'mosquitto.log'),
    });
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What it has said so far. */
  get lines(): readonly string[] {
    return this.#process.lines;
  }

  /** Resolves once it takes connections. */
  async ready(): Promise<void> {
    await waitFor(
      async () => !this.#process.running || (await answers(this.port)),
      `mosquitto on port ${this.port}: ${this.lines.slice(-5).join(' | ')}`,
    );
    if (!this.#process.running) throw new Error(`mosquitto ended at once:\n${this.lines.slice(-20).join('\n')}`);
  }

  /** Ends it in order: it saves its sessions and retained messages. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  async kill9(): Promise<void> {
    await this.#process.kill9();
  }

  /** Starts it again at the same port, with what it saved. */
  async restart(): Promise<void> {
    this.#process = this.#spawn();
    await this.ready();
  }

  /** Stops it and removes its folder. */
  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Loses what it saved; only while it is stopped. */
  async forget(): Promise<void> {
    await rm(join(this.folder, 'data', 'mosquitto.db'), { force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
