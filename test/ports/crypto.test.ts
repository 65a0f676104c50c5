import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSigner } from '../../server/adapters/crypto/openSigner.ts';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import { writeDurably } from '../../server/adapters/files/writeDurably.ts';
import { ENVELOPE_LIFETIME } from '../../shared/contract/envelope.ts';
import { recordingLog } from '../kit/brokers.ts';

const NOW = 1_795_485_600_000;

describe('the signer', () => {
  let folder: string;
  let file: string;
  const open = (log = recordingLog()) => openSigner({ file, writeDurably, log });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loaban-key-'));
    file = join(folder, 'signing-key.pem');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('signs an envelope that its public key verifies', async () => {
    const signer = await open();
    const jws = await signer.sign('command', 'agt-1', 7, NOW, { v: 1, text: 'Loa Bản' });
    const { payload } = await compactVerify(jws, await importJWK(signer.publicKey, 'EdDSA'));
    const iat = NOW / 1000;
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
      sub: 'agt-1',
      kind: 'command',
      iat,
      exp: iat + ENVELOPE_LIFETIME.command,
      seq: 7,
      body: { v: 1, text: 'Loa Bản' },
    });
    expect(decodeProtectedHeader(jws)).toEqual({ alg: 'EdDSA', typ: 'loaban+jws', kid: expect.any(String) });
  });

  it('keeps its key from start to start, for its own eyes only', async () => {
    const first = await open();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second.publicKey).toEqual(first.publicKey);
    // Ed25519 is deterministic: the same key signs the same text alike.
    expect(await second.sign('plan', 'a', 1, NOW, {})).toBe(await first.sign('plan', 'a', 1, NOW, {}));
  });

  it('makes one key when two servers start at once', async () => {
    const signers = await Promise.all([open(), open(), open(), open()]);
    expect(new Set(signers.map(({ publicKey }) => publicKey.x)).size).toBe(1);
  });

  it('warns of a key that others can read', async () => {
    await open();
    await chmod(file, 0o644);
    const log = recordingLog();
    await open(log);
    expect(log.lines.join()).toMatch(/WARN.*chmod 600/);
  });

  it.each([
    ['is empty', ''],
    ['is cut short', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2V'],
    ['is a key of another kind', 'rsa'],
  ])('names the file and never replaces a key that %s', async (_, content) => {
    const { generateKeyPairSync } = await import('node:crypto');
    const text =
      content === 'rsa'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
            .privateKey.export({ type: 'pkcs8', format: 'pem' })
            .toString()
        : content;
    await writeFile(file, text, { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: 'signingKey.corrupt', message: expect.stringContaining(file) });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('says so when the key is not a file or its folder is missing', async () => {
    file = folder;
    await expect(open()).rejects.toMatchObject({ code: 'signingKey.unreadable' });
    file = join(folder, 'missing', 'key.pem');
    await expect(open()).rejects.toMatchObject({ code: 'signingKey.unwritable' });
  });
});

describe('secrets', () => {
  const secrets = createSecrets();

  it('knows a password again, and no other', async () => {
    const stored = await secrets.hashPassword('mật khẩu của tôi');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await secrets.verifyPassword('mật khẩu của tôi', stored)).toBe(true);
    expect(await secrets.verifyPassword('mật khẩu của toi', stored)).toBe(false);
    expect(await secrets.verifyPassword('', stored)).toBe(false);
    expect(await secrets.hashPassword('mật khẩu của tôi')).not.toBe(stored);
  });

  it('knows a broker password again, and no other', async () => {
    const stored = await secrets.hashBrokerPassword('bí mật');
    expect(stored).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
    expect(await secrets.verifyBrokerPassword('bí mật', stored)).toBe(true);
    expect(await secrets.verifyBrokerPassword('bí mat', stored)).toBe(false);
  });

  it('throws on a stored form that is none of ours, rather than call every password wrong', async () => {
    await expect(secrets.verifyPassword('x', 'x')).rejects.toThrow(/PHC/);
    await expect(secrets.verifyBrokerPassword('x', '$6$abc$def')).rejects.toThrow(/\$7\$/);
  });

  it('digests to sha256 in hexadecimal', () => {
    expect(secrets.digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
