import { argon2, createHash, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secrets } from '../../ports/secrets.ts';

const argon2Async = promisify(argon2);
const pbkdf2Async = promisify(pbkdf2);

/** OWASP Password Storage Cheat Sheet, first choice for Argon2id: 19 MiB, two passes, one lane. About 40 ms. */
const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
/** Version 1.3 of Argon2, which is what node:crypto computes. */
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/**
 * Mosquitto 2's own default. A high count slows down the guessing of what people choose; broker passwords are 256
 * random bits, out of reach at any count, while thousands of boxes that come back together must each be checked at once.
 */
const BROKER_ITERATIONS = 101;
const BROKER_SALT_BYTES = 12; // Mosquitto 2.0 refuses any other length
const BROKER_HASH_BYTES = 64;
const BROKER = /^\$7\$(\d{1,7})\$([A-Za-z0-9+/]{16,}={0,2})\$([A-Za-z0-9+/]{86}==)$/;

/** PHC strings have base64 without padding. */
const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Passwords and digests by node:crypto. Verifying throws when the stored form is not one that this made. */
export function createSecrets(): Secrets {
  return {
    async hashPassword(password) {
      const nonce = randomBytes(16);
      const hash = await argon2Async('argon2id', { message: password, nonce, ...ARGON2 });
      const { memory, passes, parallelism } = ARGON2;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(hash)}`;
    },

    async verifyPassword(password, stored) {
      const [, memory, passes, parallelism, salt, hash] = PHC.exec(stored) ?? [];
      if (salt === undefined || hash === undefined)
        throw new Error('a stored password hash is not in Argon2id PHC form');
      const expected = Buffer.from(hash, 'base64');
      const actual = await argon2Async('argon2id', {
        message: password,
        nonce: Buffer.from(salt, 'base64'),
        memory: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
        tagLength: expected.length,
      });
      return equalBytes(actual, expected);
    },

    digest(secret) {
      return createHash('sha256').update(secret, 'utf8').digest('hex');
    },

    async hashBrokerPassword(password) {
      const salt = randomBytes(BROKER_SALT_BYTES);
      const hash = await pbkdf2Async(password, salt, BROKER_ITERATIONS, BROKER_HASH_BYTES, 'sha512');
      return `$7$${BROKER_ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}`;
    },

    async verifyBrokerPassword(password, stored) {
      const [, iterations, salt, hash] = BROKER.exec(stored) ?? [];
      if (salt === undefined || hash === undefined) throw new Error('a stored broker hash is not in the form $7$');
      const expected = Buffer.from(hash, 'base64');
      const actual = await pbkdf2Async(
        password,
        Buffer.from(salt, 'base64'),
        Number(iterations),
        expected.length,
        'sha512',
      );
      return equalBytes(actual, expected);
    },
  };
}
