import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { AGENT_VERSION } from './version.ts';

it('the box names the version of this package', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const json: unknown = JSON.parse(text);
  expect(AGENT_VERSION).toBe(z.object({ version: z.string() }).parse(json).version);
});
