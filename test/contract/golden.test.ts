import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ENVELOPE_ALGORITHM,
  ENVELOPE_LIFETIME,
  ENVELOPE_TYPE,
  envelopeClaims,
} from '../../shared/contract/envelope.ts';
import { SKIP_REASONS } from '../../shared/contract/messages/report.ts';
import { TOPIC_NAMES, TOPICS } from '../../shared/contract/topics.ts';
import { PROTOCOL_VERSION } from '../../shared/contract/version.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/**
 * Messages as they once were on the wire. Boxes and servers of any age must still read them, so these files are never
 * edited: a message that changes gets a new file beside the old one.
 */
const golden = z.object({
  kind: z.enum(TOPIC_NAMES),
  subject: z.string(),
  message: z.record(z.string(), z.unknown()),
  jws: z.string().optional(),
  seq: z.int().optional(),
});

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(GOLDEN, ...path), 'utf8'));

const files = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: version }) => readdirSync(join(GOLDEN, version)).map((file) => ({ version, file })));

describe('golden messages', () => {
  it.each(files)('$version/$file is still read', async ({ version, file }) => {
    const { kind, subject, message, jws, seq } = golden.parse(readJson(version, file));
    const { schema, signed, maxBytes } = TOPICS[kind];
    expect(schema.parse(message)).toEqual(message);
    // A newer writer may say more: an older reader does not mind.
    expect(schema.safeParse({ ...message, later: { more: true } }).success).toBe(true);
    expect(jws !== undefined).toBe(signed !== null);
    if (jws === undefined) return;

    expect(jws.length).toBeLessThan(maxBytes);
    const key = await importJWK(
      z.record(z.string(), z.string()).parse(readJson('server-key.json')),
      ENVELOPE_ALGORITHM,
    );
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: [ENVELOPE_ALGORITHM] });
    expect(protectedHeader).toMatchObject({ alg: ENVELOPE_ALGORITHM, typ: ENVELOPE_TYPE });
    const claims = envelopeClaims.parse(JSON.parse(new TextDecoder().decode(payload)));
    expect(claims).toMatchObject({ sub: subject, kind: signed, seq, body: message });
    expect(claims.exp - claims.iat).toBe(ENVELOPE_LIFETIME[claims.kind]);
  });

  it('hold every kind of message of this version, and every reason for silence', () => {
    const now = files.filter(({ version }) => version === `v${PROTOCOL_VERSION}`);
    const read = now.map(({ version, file }) => golden.parse(readJson(version, file)));
    expect(new Set(read.map(({ kind }) => kind))).toEqual(new Set(TOPIC_NAMES));
    const text = JSON.stringify(read);
    for (const word of [...SKIP_REASONS, 'testTone', 'reReport', 'logTail', 'result', 'fault', 'active', 'ended']) {
      expect(text).toContain(`"${word}"`);
    }
  });
});
