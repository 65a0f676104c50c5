import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

/** How the server reaches the broker. */
export interface BusConnection {
  /** mqtt:// or mqtts://, without user and password. */
  readonly url: string;
  /** Also the client id: two servers on one broker would push each other off. */
  readonly username: string;
  readonly password: string;
  /**
   * 'kept': the server's session on the broker outlives its connection, so reports wait there while it is away. 'fresh':
   * for the embedded broker, which ends with the server; boxes send again what has no receipt.
   */
  readonly session: 'kept' | 'fresh';
}

/** User name of the server on the broker. Ids of boxes have another form. */
export const SERVER_NAME = 'loaban-server';

/** A client that is not connected yet. */
export function makeClient({ url, username, password, session }: BusConnection): MqttClient {
  const options: IClientOptions = {
    username,
    password,
    clientId: username, // Mosquitto with `use_username_as_clientid` makes them the same in any case
    clean: session === 'fresh',
    protocolVersion: 4,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: 1_000,
    reconnectOnConnackError: true,
    resubscribe: false, // done by the bus, so that `connected` comes after it
    manualConnect: true,
  };
  return mqtt.connect(url, options);
}
