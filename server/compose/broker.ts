import { writeDurably } from '../adapters/files/writeDurably.ts';
import { type BusConnection, SERVER_NAME } from '../adapters/mqtt/bus/connectClient.ts';
import { openEmbeddedBroker } from '../adapters/mqtt/embedded/openEmbeddedBroker.ts';
import { createMosquittoAccounts } from '../adapters/mqtt/mosquitto/mosquittoAccounts.ts';
import type { Config } from '../config.ts';
import type { BrokerAccounts } from '../ports/messaging.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Logger } from '../ports/system.ts';
import type { Closers } from './stages.ts';

export interface Broker {
  readonly connection: BusConnection;
  readonly accounts: BrokerAccounts;
  /** As boxes are told it; `{host}` stands for the name by which the box has reached this server. */
  readonly agentUrl: string;
  /** Null for a broker of somebody else's. */
  readonly port: number | null;
}

/** The broker inside the server, or the operator's own. */
export async function openBroker(config: Config, secrets: Secrets, log: Logger, closers: Closers): Promise<Broker> {
  if (config.mqttUrl === null) {
    const embedded = await openEmbeddedBroker({ host: config.http.host, port: config.mqttPort, secrets, log });
    closers.add('embedded broker', () => embedded.close());
    const { accounts, connection, port } = embedded;
    return { accounts, connection, port, agentUrl: config.mqttPublicUrl ?? `mqtt://{host}:${port}` };
  }
  const url = new URL(config.mqttUrl);
  const username = decodeURIComponent(url.username) || SERVER_NAME;
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const connection: BusConnection = { url: url.href, username, password, session: 'kept' };
  const accounts = await externalAccounts(config, { username, password }, secrets, log);
  return { connection, accounts, port: null, agentUrl: config.mqttPublicUrl ?? url.href };
}

async function externalAccounts(
  config: Config,
  server: { readonly username: string; readonly password: string },
  secrets: Secrets,
  log: Logger,
): Promise<BrokerAccounts> {
  if (config.mosquitto === null) {
    log.warn('the accounts of boxes are not written anywhere: set LOABAN_MOSQUITTO_DIR, or keep them in the broker');
    return { replaceAll: async (accounts) => log.debug('broker accounts changed', { count: accounts.length }) };
  }
  const passwordHash = await secrets.hashBrokerPassword(server.password);
  const { folder, pidFile } = config.mosquitto;
  return createMosquittoAccounts({
    folder,
    pidFile,
    server: { username: server.username, passwordHash },
    writeDurably,
    log,
  });
}
