import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import type { BrokerAccount } from '../../server/ports/messaging.ts';
import type { BrokerIdentity } from '../../shared/contract/rights.ts';
import { waitFor } from './wait.ts';

/** A bare MQTT client that remembers what it heard: an honest box, or an attacker's. */
export interface Peer {
  readonly client: MqttClient;
  readonly heard: { readonly topic: string; readonly payload: string; readonly retained: boolean }[];
  /** Resolves with how often it heard this payload, once it heard that one. */
  heardBefore(payload: string, fence: string): Promise<number>;
  end(): Promise<void>;
}

export async function connectPeer(port: number, options: IClientOptions): Promise<Peer> {
  const heard: Peer['heard'] = [];
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    clean: false,
    reconnectPeriod: 20,
    reconnectOnConnackError: true,
    manualConnect: true,
    ...options,
    clientId: options.clientId ?? options.username ?? 'nobody',
  });
  client.on('message', (topic, payload, packet) => {
    heard.push({ topic, payload: payload.toString(), retained: packet.retain });
  });
  const faults: Error[] = [];
  client.on('error', (error) => faults.push(error));
  client.on('close', () => faults.push(new Error('closed before it was connected')));
  client.connect();
  await waitFor(() => client.connected || faults.length > 0, 'a connection');
  if (!client.connected) {
    await client.endAsync(true);
    throw faults[0] ?? new Error('not connected');
  }
  return {
    client,
    heard,
    async heardBefore(payload, fence) {
      await waitFor(() => heard.some((message) => message.payload === fence), `the fence ${fence}`);
      return heard.filter((message) => message.payload === payload).length;
    },
    end: () => client.endAsync(true),
  };
}

/** An account whose password is, unless said otherwise, its user name with `-pw`. */
export async function accountOf(
  username: string,
  identity: BrokerIdentity,
  password = `${username}-pw`,
): Promise<BrokerAccount> {
  return { username, passwordHash: await createSecrets().hashBrokerPassword(password), identity };
}
