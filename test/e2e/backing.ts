import { join } from 'node:path';
import { SERVER_NAME } from '../../server/adapters/mqtt/bus/connectClient.ts';
import { MosquittoProcess } from '../kit/mosquitto.ts';
import { type PostgresServer, startPostgres } from '../kit/postgres.ts';

/** A database and a broker for the server under test, both real. */
export interface Backing {
  readonly name: string;
  /** Settings that point the server to them. */
  readonly env: Record<string, string>;
  /** Null where the broker is inside the server. */
  readonly broker: MosquittoProcess | null;
  /** Who holds this may do everything on the broker; null where nobody outside the server has it. */
  readonly brokerPassword: string | null;
  close(): Promise<void>;
}

export function embeddedBacking(): Promise<Backing> {
  return Promise.resolve({
    name: 'SQLite and the embedded broker',
    env: {},
    broker: null,
    brokerPassword: null,
    close: () => Promise.resolve(),
  });
}

export async function provinceBacking(folder: string): Promise<Backing> {
  const postgres: PostgresServer = await startPostgres();
  const broker = await MosquittoProcess.start({ filesFolder: join(folder, 'mosquitto') });
  const brokerPassword = 'a-broker-password-that-leaked';
  return {
    name: 'PostgreSQL and Mosquitto',
    env: {
      LOABAN_DATABASE_URL: await postgres.createDatabase(),
      LOABAN_MQTT_URL: `mqtt://${SERVER_NAME}:${brokerPassword}@127.0.0.1:${broker.port}`,
      LOABAN_MQTT_PUBLIC_URL: broker.url,
      LOABAN_MOSQUITTO_DIR: broker.filesFolder,
      LOABAN_MOSQUITTO_PID_FILE: broker.pidFile,
    },
    broker,
    brokerPassword,
    async close() {
      await broker.close();
      await postgres.stop();
    },
  };
}
