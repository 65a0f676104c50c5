/**
 * Ids are opaque, lower-case and safe in an MQTT topic level, a URL path, a file name and a CSV cell alike. The prefix
 * only helps a person who reads a log; no code may take meaning from it.
 */
export const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

export const ID_PREFIXES = {
  area: 'are',
  organisation: 'org',
  campaign: 'cam',
  theme: 'thm',
  bulletin: 'bul',
  clip: 'clp',
  scheduleRule: 'rul',
  agent: 'agt',
  user: 'usr',
  token: 'tok',
  command: 'cmd',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's: no i, l, o, u to misread

/** Bytes as lower-case Crockford base32, most significant bit first, without padding. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      out += ALPHABET[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(value << (5 - bits)) & 31] : out;
}

/** An id from random bytes that the caller draws (10 bytes give 80 bits). */
export function makeId(kind: IdKind, random: Uint8Array): string {
  return `${ID_PREFIXES[kind]}-${base32(random)}`;
}
