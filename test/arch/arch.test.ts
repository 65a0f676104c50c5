import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { circles, wrongArrows } from './arrows.ts';
import { leftForLater, moduleState, mutedTests, readsTheWorld, tooLong, wrongLayout } from './habits.ts';
import { readSources } from './sources.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('this repository', () => {
  const sources = readSources(ROOT);
  const checks = { wrongArrows, circles, tooLong, readsTheWorld, moduleState, mutedTests, leftForLater };

  it('is read whole', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.some(({ path }) => path === 'shared/contract/topics.ts')).toBe(true);
  });
  for (const [name, check] of Object.entries(checks)) {
    it(`has no ${name}`, () => expect(check(sources)).toEqual([]));
  }
  it('has the fixed layout', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(wrongLayout(folders.map(({ name }) => name))).toEqual([]);
  });
});

describe('each check catches its planted offence', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });
  /** Reads a tree that holds just these files. */
  const plant = (files: Record<string, string>) => {
    const root = mkdtempSync(join(tmpdir(), 'loaban-arch-'));
    made.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return readSources(root);
  };

  it.each([
    ['shared/core/a.ts', "import { z } from '../contract/z.ts';"],
    ['shared/core/a.ts', "import { z } from 'zod';"],
    ['shared/core/a.ts', "import { readFileSync } from 'node:fs';"],
    ['shared/contract/a.ts', "import express from 'express';"],
    ['shared/contract/a.ts', "import type { S } from '../../server/ports/store.ts';"],
    ['server/domain/a.ts', "import type { S } from '../ports/store.ts';"],
    ['server/domain/a.ts', "import { z } from 'zod';"],
    ['server/ports/a.ts', "import { f } from '../usecases/x/f.ts';"],
    ['server/ports/a.ts', "import { Readable } from 'node:stream';"],
    ['server/usecases/x/a.ts', "import { openStore } from '../../adapters/sql/openStore.ts';"],
    ['server/usecases/x/a.ts', "const x = import('../../adapters/sql/openStore.ts');"],
    ['server/adapters/sql/a.ts', "import { f } from '../../usecases/x/f.ts';"],
    ['server/adapters/sql/a.ts', "export * from '../mqtt/b.ts';"],
    ['server/adapters/sql/a.ts', "type X = import('../../compose.ts').X;"],
    ['server/adapters/http/a.ts', "import { f } from '../../usecases/x/f.ts';"],
    ['server/compose.ts', "import { main } from './main.ts';"],
    ['server/compose.ts', "import { f } from '../agent/domain/f.ts';"],
    ['agent/loop/a.ts', "import { f } from '../adapters/f.ts';"],
    ['agent/adapters/x/a.ts', "import { f } from '../../../server/domain/f.ts';"],
    ['agent/domain/a.ts', "import { leftOut } from '../../test/kit/needs.ts';"],
    ['server/main.ts', "import m from '../audio-samples/make.ts';"],
  ])('wrongArrows: %s with %s', (path, text) => {
    expect(wrongArrows(plant({ [path]: text }))).toHaveLength(1);
  });

  it('wrongArrows lets the right ones pass', () => {
    const right = {
      'shared/core/a.ts': "import { createHash } from 'node:crypto'; import { b } from './b.ts';",
      'shared/contract/a.ts': "import { z } from 'zod'; import { a } from '../core/a.ts';",
      'server/ports/a.ts': "import type { Readable } from 'node:stream'; import { a } from '../../shared/core/a.ts';",
      'server/adapters/http/routes/a.ts':
        "import { f } from '../../../usecases/x/f.ts'; import { r } from '../route.ts';",
      'server/compose.ts': "import { o } from './adapters/sql/openStore.ts'; import express from 'express';",
      'server/main.ts': "import { c } from './compose.ts';",
      'test/e2e/a.test.ts': "import { c } from '../../server/compose.ts'; import { d } from '../../agent/compose.ts';",
    };
    expect(wrongArrows(plant(right))).toEqual([]);
  });

  it('circles, through types too', () => {
    const sources = plant({
      'server/domain/a.ts': "import type { B } from './b.ts'; export type A = B;",
      'server/domain/b.ts': "import { c } from './c.ts'; export type B = typeof c;",
      'server/domain/c.ts': "import type { A } from './a.ts'; export const c = 1 as unknown as A;",
    });
    expect(circles(sources)).toEqual([
      'server/domain/a.ts -> server/domain/b.ts -> server/domain/c.ts -> server/domain/a.ts',
    ]);
  });

  it('tooLong', () => {
    const sources = plant({ 'server/domain/a.ts': '//\n'.repeat(401), 'server/domain/b.ts': '//\n'.repeat(400) });
    expect(tooLong(sources)).toEqual(['server/domain/a.ts has 401 lines, more than 400']);
  });

  it.each([
    'export const f = () => Date.now();',
    'export const f = () => new Date();',
    'export const f = () => Date();',
    'export const f = () => globalThis.Date.now();',
    'export const f = () => performance.now();',
    'export const f = () => Math.random();',
    "export const f = () => process.env['HOME'];",
    "import { randomBytes } from 'node:crypto'; export const f = () => randomBytes(2);",
    'export const f = () => crypto.randomUUID();',
    "export const f = () => fetch('http://x');",
    'export const f = () => setTimeout(() => 1, 2);',
  ])('readsTheWorld: %s', (text) => {
    expect(readsTheWorld(plant({ 'shared/core/a.ts': text }))).not.toEqual([]);
    expect(readsTheWorld(plant({ 'agent/domain/a.ts': text }))).not.toEqual([]);
    expect(readsTheWorld(plant({ 'agent/adapters/x/a.ts': text }))).toEqual([]);
  });

  it('readsTheWorld: a use case with a clock of its own', () => {
    const text = 'export const f = () => Date.now();';
    expect(readsTheWorld(plant({ 'server/usecases/x/a.ts': text }))).toHaveLength(1);
  });

  it('readsTheWorld leaves alone what only looks like it', () => {
    const text = `/** Date.now() */ export const f = (performance: { now: number }, at: number) =>
      [new Date(at).toISOString(), Date.parse('x'), { fetch: 1 }, performance.now, 'Math.random()'].length;`;
    expect(readsTheWorld(plant({ 'shared/core/a.ts': text }))).toEqual([
      'shared/core/a.ts:2 reads a clock: performance.now',
    ]);
  });

  it.each([
    'let a = 1;',
    'export let a = 1;',
    'var a;',
    'const a = new Map<string, number>();',
    'const a: string[] = [];',
  ])('moduleState: %s', (text) => {
    expect(moduleState(plant({ 'server/adapters/x/a.ts': text }))).toHaveLength(1);
    expect(
      moduleState(plant({ 'server/adapters/x/a.ts': `export const f = () => { ${text.replace('export ', '')} };` })),
    ).toEqual([]);
  });

  it.each(['it.skip', 'describe.only', 'test.concurrent.only', 'it.todo', 'describe.skipIf(true)', 'xit'])(
    'mutedTests: %s',
    (call) => expect(mutedTests(plant({ 'test/a.test.ts': `${call}('x', () => {});` })).length).toBeGreaterThan(0),
  );

  it('mutedTests: skipIf may ask leftOut', () => {
    const text = "import { leftOut } from './kit/needs.ts'; describe.skipIf(leftOut('x', ['y']))('z', () => {});";
    expect(mutedTests(plant({ 'test/a.test.ts': text }))).toEqual([]);
  });

  it('leftForLater', () => {
    expect(leftForLater(plant({ 'server/domain/a.ts': `// ${'TO'}${'DO'}: mend\n` }))).toHaveLength(1);
  });

  it('wrongLayout', () => {
    expect(wrongLayout(['server', 'agent', 'shared', 'audio-samples', 'test', 'node_modules', '.ci'])).toEqual([]);
    expect(wrongLayout(['server', 'agent', 'shared', 'test', 'lib'])).toHaveLength(2);
  });
});
