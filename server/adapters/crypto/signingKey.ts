import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../../../shared/core/fault.ts';
import type { WriteDurably } from '../../ports/durable.ts';
import type { ServerKey } from '../../ports/messaging.ts';
import type { Logger } from '../../ports/system.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: ServerKey;
}

const KEEP_IT = 'Every box trusts this key only: without it each must be enrolled anew, so never delete it.';

const codeOf = (error: unknown) => z.object({ code: z.string() }).safeParse(error).data?.code ?? 'unknown';

const publicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

/**
 * The server's Ed25519 key, from a PEM file (PKCS 8) that is made at the first start and never replaced: the boxes pin
 * its public half.
 * @throws Fault when the file is there but cannot be read, or holds something else, or cannot be made
 */
export async function loadSigningKey(file: string, writeDurably: WriteDurably, log: Logger): Promise<SigningKey> {
  const pem = (await readKey(file, log)) ?? (await makeKey(file, writeDurably, log));
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (error) {
    throw corrupt(file, 'is damaged', error);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw corrupt(file, `holds a key of kind ${privateKey.asymmetricKeyType}, not Ed25519`);
  }
  return { privateKey, publicKey: publicJwk.parse(createPublicKey(privateKey).export({ format: 'jwk' })) };
}

async function readKey(file: string, log: Logger): Promise<string | null> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      log.warn('signing key can be read by other users of this machine', { file, remedy: `chmod 600 ${file}` });
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Fault(
      'unavailable',
      'signingKey.unreadable',
      `The signing key ${file} cannot be read (${codeOf(error)}): let the server's user read it. ${KEEP_IT}`,
      [],
      { cause: error },
    );
  }
}

async function makeKey(file: string, writeDurably: WriteDurably, log: Logger): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    await writeDurably({ path: file, data: pem, mode: 0o600, how: 'create' });
  } catch (error) {
    // Another server process was first: its key is as good, and two keys would be a disaster.
    const other = codeOf(error) === 'EEXIST' ? await readKey(file, log) : null;
    if (other !== null) return other;
    throw new Fault(
      'unavailable',
      'signingKey.unwritable',
      `The signing key ${file} cannot be made (${codeOf(error)}): let the server's user write to its folder.`,
      [],
      { cause: error },
    );
  }
  log.info('signing key made', { file, remedy: 'keep a copy in a safe place: boxes trust this key only' });
  return pem;
}

function corrupt(file: string, what: string, cause?: unknown): Fault {
  return new Fault(
    'unavailable',
    'signingKey.corrupt',
    `The signing key ${file} ${what}: put back its copy from a backup. ${KEEP_IT}`,
    [],
    { cause },
  );
}
