import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '../../server/adapters/system/pinoLogger.ts';
import { type RunningServer, startServer } from '../../server/compose.ts';
import { readConfig } from '../../server/config.ts';
import { ROLES, type Role, session } from '../../shared/contract/api/user.ts';

export const ADMIN_PASSWORD = 'mat-khau-quan-tri';
const PASSWORD = 'mat-khau-thu-nghiem';

/** The whole server, composed as in real use, in this process on free ports and a folder of its own. */
export class ComposedServer {
  readonly server: RunningServer;
  readonly url: string;
  readonly folder: string;

  private constructor(server: RunningServer, folder: string) {
    this.server = server;
    this.folder = folder;
    this.url = `http://127.0.0.1:${server.httpPort}`;
  }

  static async start(env: Record<string, string> = {}): Promise<ComposedServer> {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-server-'));
    const config = readConfig({
      LOABAN_DATA_DIR: join(folder, 'data'),
      LOABAN_HTTP_HOST: '127.0.0.1',
      LOABAN_HTTP_PORT: '0',
      LOABAN_MQTT_PORT: '0',
      LOABAN_ADMIN_PASSWORD: ADMIN_PASSWORD,
      LOABAN_LOG_LEVEL: 'silent',
      ...env,
    });
    const server = await startServer(config, openLog(config.logLevel), '0.0.0', new AbortController().signal);
    return new ComposedServer(server, folder);
  }

  /** A request below /api/v1; an object as body goes as JSON, a text as it is. */
  async call(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const { token, body, headers } = options;
    return await fetch(`${this.url}/api/v1${path}`, {
      method: method.toUpperCase(), // fetch sends 'patch' as it is, which is no method
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  async signIn(username: string, password: string): Promise<string> {
    const response = await this.call('POST', '/sessions', { body: { username, password } });
    return session.parse(await response.json()).token;
  }

  /** One token for each role. */
  async tokens(): Promise<Readonly<Record<Role, string>>> {
    const administrator = await this.signIn('admin', ADMIN_PASSWORD);
    const tokens: Partial<Record<Role, string>> = { administrator };
    for (const role of ROLES) {
      if (role === 'administrator') continue;
      const body = { username: role, name: role, role, password: PASSWORD };
      await this.call('POST', '/users', { token: administrator, body });
      tokens[role] = await this.signIn(role, PASSWORD);
    }
    const { viewer, editor, approver } = tokens;
    if (viewer === undefined || editor === undefined || approver === undefined)
      throw new Error('not every role signed in');
    return { administrator, viewer, editor, approver };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
