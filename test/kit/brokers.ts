import { rm } from 'node:fs/promises';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import { writeDurably } from '../../server/adapters/files/writeDurably.ts';
import { type BusConnection, SERVER_NAME } from '../../server/adapters/mqtt/bus/connectClient.ts';
import { openEmbeddedBroker } from '../../server/adapters/mqtt/embedded/openEmbeddedBroker.ts';
import { createMosquittoAccounts } from '../../server/adapters/mqtt/mosquitto/mosquittoAccounts.ts';
import type { BrokerAccounts } from '../../server/ports/messaging.ts';
import type { Logger } from '../../server/ports/system.ts';
import { MosquittoProcess } from './mosquitto.ts';
import { waitFor } from './wait.ts';

/** A broker under test, and how the server reaches it. */
export interface TestBroker {
  readonly name: 'embedded' | 'mosquitto';
  readonly port: number;
  readonly connection: BusConnection;
  readonly accounts: BrokerAccounts;
  readonly log: RecordingLog;
  /** The process, for Mosquitto. */
  readonly process: MosquittoProcess | null;
  close(): Promise<void>;
}

export interface RecordingLog extends Logger {
  readonly lines: string[];
}

/** A log that keeps its lines, warnings and errors in capitals. */
export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  const at = (level: string) => (message: string, fields?: object) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  const log: RecordingLog = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('WARN'),
    error: at('ERROR'),
    with: () => log,
  };
  return log;
}

export async function embeddedBroker(port = 0): Promise<TestBroker> {
  const log = recordingLog();
  const broker = await openEmbeddedBroker({ host: '127.0.0.1', port, secrets: createSecrets(), log });
  return { name: 'embedded', log, process: null, ...broker };
}

export async function mosquittoBroker(): Promise<TestBroker> {
  const log = recordingLog();
  const process = await MosquittoProcess.start();
  const password = 'mat-khau-may-chu';
  const accounts = createMosquittoAccounts({
    folder: process.filesFolder,
    server: { username: SERVER_NAME, passwordHash: await createSecrets().hashBrokerPassword(password) },
    pidFile: process.pidFile,
    writeDurably,
    log,
  });
  return {
    name: 'mosquitto',
    port: process.port,
    connection: { url: process.url, username: SERVER_NAME, password, session: 'kept' },
    log,
    process,
    accounts: {
      async replaceAll(list) {
        const reloads = () => process.lines.filter((line) => line.includes('Reloading config')).length;
        const before = reloads();
        const written = () => log.lines.filter((line) => line.includes('asked to read')).length;
        const asked = written();
        await accounts.replaceAll(list);
        // Mosquitto reads its files some time after the signal; tests must not run ahead of it.
        if (written() > asked) await waitFor(() => reloads() > before, 'mosquitto to reload');
      },
    },
    async close() {
      await process.close();
      await rm(process.filesFolder, { recursive: true, force: true });
    },
  };
}
