// Only this file of jose: its main entry brings all of it into the resident memory of the box.
import { compactVerify } from 'jose/jws/compact/verify';
import { ENVELOPE_ALGORITHM, ENVELOPE_TYPE } from '../../../shared/contract/envelope.ts';
import type { SignatureVerifier } from '../../ports/verifier.ts';

export interface PinnedKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** header.payload.signature, each base64url; the header of ours is short, and a long one is not looked at. */
const COMPACT = /^[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/;

/** Verifies compact JWS with one Ed25519 key, and nothing else: no other algorithm, no key named by the token itself. */
export function joseVerifier(pinned: PinnedKey): SignatureVerifier {
  const key = { kty: pinned.kty, crv: pinned.crv, x: pinned.x, alg: ENVELOPE_ALGORITHM };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return {
    async verify(token) {
      if (!COMPACT.test(token)) return { ok: false, why: 'malformed' };
      try {
        const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: [ENVELOPE_ALGORITHM] });
        if (protectedHeader.typ !== ENVELOPE_TYPE) return { ok: false, why: 'badSignature' };
        return { ok: true, payload: decoder.decode(payload) };
      } catch {
        // Every failure means the same: whoever made this does not hold the server's key.
        return { ok: false, why: 'badSignature' };
      }
    },
  };
}
