import { connect, isIP, type Socket } from 'node:net';
import { Fault } from '../../../shared/core/fault.ts';

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** @throws Fault `mqtt.url` for anything but mqtt:// and mqtts:// */
export function parseBrokerUrl(url: string): BrokerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const tls = parsed?.protocol === 'mqtts:';
  if (parsed === null || parsed.hostname === '' || !(tls || parsed.protocol === 'mqtt:'))
    throw new Fault(
      'invalid',
      'mqtt.url',
      `the server named the broker ${url}: it must be an mqtt:// or mqtts:// address`,
    );
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  return { host, port: parsed.port === '' ? (tls ? 8883 : 1883) : Number(parsed.port), tls };
}

/** Begins to connect; the socket's events tell how it went. TLS is loaded only where it is used: it costs 7 MB. */
export async function openSocket(address: BrokerAddress): Promise<Socket> {
  const { host, port } = address;
  if (!address.tls) return connect({ host, port });
  const tls = await import('node:tls');
  // A server name may be no IP address (RFC 6066); the certificate is then held against `host`.
  return tls.connect({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) });
}
