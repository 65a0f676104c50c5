import { CompactSign, calculateJwkThumbprint } from 'jose';
import {
  ENVELOPE_ALGORITHM,
  ENVELOPE_LIFETIME,
  ENVELOPE_TYPE,
  type EnvelopeClaims,
} from '../../../shared/contract/envelope.ts';
import type { WriteDurably } from '../../ports/durable.ts';
import type { Signer } from '../../ports/messaging.ts';
import type { Logger } from '../../ports/system.ts';
import { loadSigningKey } from './signingKey.ts';

export interface SignerOptions {
  /** PEM file of the private key; made at the first start. */
  readonly file: string;
  readonly writeDurably: WriteDurably;
  readonly log: Logger;
}

/**
 * The signer of everything that the server tells boxes. Signing runs on the thread pool of the runtime, so many plans
 * or receipts should be signed at once (`Promise.all`), not one after the other: three times as many a second.
 * @throws Fault when the key cannot be had; see loadSigningKey
 */
export async function openSigner({ file, writeDurably, log }: SignerOptions): Promise<Signer> {
  const { privateKey, publicKey } = await loadSigningKey(file, writeDurably, log);
  const key = privateKey.toCryptoKey({ name: 'Ed25519' }, false, ['sign']);
  const kid = await calculateJwkThumbprint(publicKey); // RFC 7638, so that a box can tell one key from another
  const header = { alg: ENVELOPE_ALGORITHM, typ: ENVELOPE_TYPE, kid };
  const encoder = new TextEncoder();
  return {
    publicKey,
    async sign(kind, subject, seq, now, body) {
      const iat = Math.floor(now / 1000);
      const claims: EnvelopeClaims = { sub: subject, kind, iat, exp: iat + ENVELOPE_LIFETIME[kind], seq, body };
      return await new CompactSign(encoder.encode(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
    },
  };
}
