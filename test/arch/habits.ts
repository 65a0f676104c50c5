import { placeOf } from './arrows.ts';
import { chainOf, isSyntax, lineOf, list, nameOf, type Source, type Syntax, walkSyntax } from './sources.ts';

export const MAX_LINES = 400;

export function tooLong(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, lines }) =>
    lines > MAX_LINES ? [`${path} has ${lines} lines, more than ${MAX_LINES}`] : [],
  );
}

const CLOCKS = [
  'Date.now',
  'performance.now',
  'process.hrtime',
  'process.hrtime.bigint',
  'process.uptime',
  'Temporal.Now',
];
const CHANCE = ['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'];
const WORLD = ['fetch', 'WebSocket', 'setTimeout', 'setInterval', 'setImmediate', 'console', 'process', 'globalThis'];
const RANDOM_IMPORTS = /^(random|getRandomValues|webcrypto|generateKey)/;

/**
 * What a file reads that it was not given. Pure layers may read nothing; use cases and the loop get their clock and
 * chance from ports, so that a test can move them.
 */
export function readsTheWorld(sources: readonly Source[]): string[] {
  const faults: string[] = [];
  for (const source of sources) {
    const { side, layer } = placeOf(source.path);
    if (source.program === null || !['shared', 'server', 'agent'].includes(side)) continue;
    if (/\.test\.ts$/.test(source.path)) continue;
    const pure = side === 'shared' || layer === 'domain';
    if (!pure && !['ports', 'usecases', 'loop'].includes(layer)) continue;
    const say = (node: Syntax, what: string) => faults.push(`${source.path}:${lineOf(source, node)} ${what}`);
    for (const { node, parent } of walkSyntax(source.program)) {
      const chain = node.type === 'MemberExpression' || node.type === 'Identifier' ? chainOf(node) : null;
      if (chain !== null && isReference(node, parent)) {
        const bare = chain.replace(/^globalThis\./, '');
        if (CLOCKS.some((clock) => bare === clock || bare.startsWith(`${clock}.`))) say(node, `reads a clock: ${bare}`);
        if (CHANCE.includes(bare)) say(node, `draws by chance: ${bare}`);
        if (pure && WORLD.includes(bare)) say(node, `reaches outside: ${bare}`);
        if (!pure && bare === 'process.env') say(node, 'reads the environment: process.env');
      }
      const callee = nameOf(node.callee);
      if (callee === 'Date' && (node.type === 'CallExpression' || list(node.arguments).length === 0)) {
        say(node, 'reads a clock: the present date');
      }
      if (node.type === 'ImportDeclaration' && isSyntax(node.source) && node.source.value === 'node:crypto') {
        const drawn = list(node.specifiers).map((one) => nameOf(one.imported) ?? '*');
        if (drawn.some((name) => name === '*' || RANDOM_IMPORTS.test(name))) say(node, 'draws by chance: node:crypto');
      }
    }
  }
  return [...new Set(faults)];
}

/** False for names that only look like a global: a member's own name, a key, a declaration. */
function isReference(node: Syntax, parent: Syntax | null): boolean {
  if (parent === null || node.type !== 'Identifier') return true;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed === true;
  if (parent.type === 'Property') return parent.value === node && parent.shorthand !== true;
  return !/^(TS|Import|Export|MethodDefinition|PropertyDefinition|VariableDeclarator|Function|LabeledStatement)/.test(
    parent.type,
  );
}

/** Module-level state: a `let`, or a container that is made empty and so can only be there to be filled. */
export function moduleState(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    if (source.program === null || placeOf(source.path).side === 'test' || /\.test\.ts$/.test(source.path)) return [];
    return list(source.program.body).flatMap((statement) => {
      const declaration = isSyntax(statement.declaration) ? statement.declaration : statement;
      if (declaration.type !== 'VariableDeclaration') return [];
      const held =
        declaration.kind !== 'const' || list(declaration.declarations).some((one) => isEmptyContainer(one.init));
      return held ? [`${source.path}:${lineOf(source, statement)} keeps state in the module`] : [];
    });
  });
}

function isEmptyContainer(value: unknown): boolean {
  if (!isSyntax(value)) return false;
  if (value.type === 'ArrayExpression') return Array.isArray(value.elements) && value.elements.length === 0;
  if (value.type === 'ObjectExpression') return list(value.properties).length === 0;
  const made = value.type === 'NewExpression' ? nameOf(value.callee) : null;
  return ['Map', 'Set', 'WeakMap', 'WeakSet'].includes(made ?? '') && list(value.arguments).length === 0;
}

/** Tests that would not run. `skipIf` may only ask `leftOut`, which says aloud what is left out and is never so in CI. */
export function mutedTests(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    if (source.program === null || !/\.test\.ts$/.test(source.path)) return [];
    const asksLeftOut = source.imports.some((one) => one.names.includes('leftOut'));
    return [...walkSyntax(source.program)].flatMap(({ node }) => {
      const chain = chainOf(node);
      const muted =
        /^(it|test|describe|suite|bench)(\.\w+)*\.(skip|only|todo|runIf|fails)$/.test(chain ?? '') ||
        /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(chain ?? '') ||
        (/^(it|test|describe|suite)(\.\w+)*\.skipIf$/.test(chain ?? '') && !asksLeftOut);
      return muted ? [`${source.path}:${lineOf(source, node)} mutes a test: ${chain}`] : [];
    });
  });
}

/** Work left for later hides in comments; it belongs into an issue. */
export function leftForLater(sources: readonly Source[]): string[] {
  const mark = new RegExp(
    `\\b(${[
      ['TO', 'DO'],
      ['FIX', 'ME'],
      ['X', 'XX'],
    ]
      .map((halves) => halves.join(''))
      .join('|')})\\b`,
  );
  return sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (mark.test(line) ? [`${path}:${index + 1} leaves work for later`] : [])),
  );
}

/** What .gitignore keeps out: whoever has run the product has these. */
const MADE_BY_RUNNING = ['node_modules', 'dist', 'data', 'demo-data'];

/** The fixed top level: what a newcomer, a tool or an acceptance check may rely on. */
const TOP_FOLDERS = ['server', 'agent', 'shared', 'audio-samples', 'test'];

/** Folders that the layout does not know, and ones that it promises and that are missing. */
export function wrongLayout(folders: readonly string[]): string[] {
  const own = folders.filter((name) => !name.startsWith('.') && !MADE_BY_RUNNING.includes(name));
  return [
    ...own.filter((name) => !TOP_FOLDERS.includes(name)).map((name) => `${name}/ is not part of the layout`),
    ...TOP_FOLDERS.filter((name) => !own.includes(name)).map((name) => `${name}/ is missing`),
  ];
}
