import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree, as far as the checks look at it. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

export interface Import {
  /** As written: `./plan.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Path from the root for files of ours, else null. */
  readonly file: string | null;
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
}

export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Null for what is not TypeScript. */
  readonly program: Syntax | null;
  readonly imports: readonly Import[];
}

const CODE = new Set(['.ts', '.tsx', '.js', '.mjs', '.cjs', '.css', '.html', '.sql', '.sh']);
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage']);

/** Every file of code below the root, parsed by the parser that also runs the tests. */
export function readSources(root: string): Source[] {
  const found: Source[] = [];
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      if (NOT_OURS.has(name) || (name.startsWith('.') && name !== '.ci')) continue;
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (CODE.has(extname(name))) found.push(readSource(root, path));
    }
  };
  walk(root);
  return found;
}

function readSource(root: string, file: string): Source {
  const text = readFileSync(file, 'utf8');
  const path = relative(root, file).replaceAll('\\', '/');
  const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (!/\.tsx?$/.test(path)) return { path, text, lines, program: null, imports: [] };
  const program = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Syntax;
  const imports: Import[] = [];
  for (const { node } of walkSyntax(program)) {
    const from = node.source;
    if (!isSyntax(from) || typeof from.value !== 'string') continue;
    const target = from.value.startsWith('.') ? resolve(dirname(file), from.value) : null;
    imports.push({
      specifier: from.value,
      file: target === null ? null : relative(root, existing(target)).replaceAll('\\', '/'),
      typeOnly: node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType',
      names: list(node.specifiers).map((specifier) => nameOf(specifier.imported) ?? '*'),
    });
  }
  return { path, text, lines, program, imports };
}

function existing(path: string): string {
  return [path, `${path}.ts`, join(path, 'index.ts')].find((candidate) => existsSync(candidate)) ?? path;
}

export function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The members of a list of nodes; empty for anything else. */
export function list(value: unknown): Syntax[] {
  return Array.isArray(value) ? value.filter(isSyntax) : [];
}

/** The name of an identifier, or null. */
export function nameOf(value: unknown): string | null {
  return isSyntax(value) && value.type === 'Identifier' && typeof value.name === 'string' ? value.name : null;
}

/** `Date.now` for that member expression, `fetch` for an identifier, null for what is no plain chain of names. */
export function chainOf(value: unknown): string | null {
  if (!isSyntax(value)) return null;
  if (value.type === 'ChainExpression') return chainOf(value.expression);
  if (value.type !== 'MemberExpression') return nameOf(value);
  const object = chainOf(value.object);
  const property = value.property;
  const name = nameOf(property) ?? (isSyntax(property) && typeof property.value === 'string' ? property.value : null);
  return object === null || name === null ? null : `${object}.${name}`;
}

/** All nodes with their parents, outermost first. */
export function* walkSyntax(
  node: Syntax,
  parent: Syntax | null = null,
): Generator<{ node: Syntax; parent: Syntax | null }> {
  yield { node, parent };
  for (const value of Object.values(node)) {
    if (isSyntax(value)) yield* walkSyntax(value, node);
    else for (const child of list(value)) yield* walkSyntax(child, node);
  }
}

export function lineOf(source: Source, node: Syntax): number {
  return source.text.slice(0, node.start).split('\n').length;
}
