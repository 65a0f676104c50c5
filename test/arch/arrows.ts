import type { Import, Source } from './sources.ts';

/** Layers, as the folders name them. `side` tells the two programs apart; both have the same inner order. */
interface Place {
  readonly side: 'shared' | 'server' | 'agent' | 'samples' | 'test' | 'tool';
  readonly layer: string;
  /** Folder of an adapter or of use cases: adapters keep to their own. */
  readonly room: string;
}

export function placeOf(path: string): Place {
  const [top = '', second = '', third = ''] = path.split('/');
  if (top === 'shared') return { side: 'shared', layer: second, room: '' };
  // Unit tests may sit beside their file.
  if (top === 'test' || path.endsWith('.test.ts')) return { side: 'test', layer: 'test', room: '' };
  if (top === 'audio-samples') return { side: 'samples', layer: 'samples', room: '' };
  if (top !== 'server' && top !== 'agent') return { side: 'tool', layer: 'tool', room: '' };
  if (second === 'main.ts') return { side: top, layer: 'main', room: '' };
  // A file beside main.ts (compose, config, build) assembles; `ports.ts` is the one that does not.
  if (second === 'ports.ts') return { side: top, layer: 'ports', room: '' };
  if (second.endsWith('.ts') || second === 'compose') return { side: top, layer: 'compose', room: '' };
  return { side: top, layer: second, room: third };
}

/** What each layer of the server and of the agent may import of its own side. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain'],
  ports: ['ports', 'domain'],
  usecases: ['usecases', 'ports', 'domain'],
  loop: ['loop', 'ports', 'domain'],
  adapters: ['adapters', 'ports', 'domain'],
  console: ['console'],
  compose: ['compose', 'adapters', 'usecases', 'loop', 'ports', 'domain'],
  main: ['compose', 'adapters', 'usecases', 'loop', 'ports', 'domain'],
};

/** Packages a layer may use at run time; a missing entry means any. Types cost nothing, so ports may name any. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: ['node:crypto', 'node:buffer'],
  contract: ['zod', 'node:crypto', 'node:buffer'],
  domain: ['node:crypto', 'node:buffer'],
  ports: [],
};

/** One line for every import that runs against the arrows. */
export function wrongArrows(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((to) => {
      const why = faultOf(source.path, to);
      return why === null ? [] : [`${source.path} imports ${to.specifier}: ${why}`];
    }),
  );
}

function faultOf(path: string, to: Import): string | null {
  const from = placeOf(path);
  if (from.side === 'test' || from.side === 'tool') return null;
  if (to.file === null) {
    const allowed = PACKAGES[from.layer];
    if (allowed === undefined || allowed.includes(to.specifier)) return null;
    if (to.typeOnly && from.layer === 'ports') return null;
    return `${from.side}/${from.layer} may use ${allowed.length > 0 ? allowed.join(', ') : 'no package but for its types'}`;
  }
  // The version that a program says of itself.
  if (to.file === 'package.json' && ['compose', 'main'].includes(from.layer)) return null;
  const target = placeOf(to.file);
  if (target.side === 'test') return 'nothing but tests imports tests';
  if (from.side === 'samples') return target.side === 'agent' ? 'the samples know no agent' : null;
  if (target.side === 'samples') return 'the samples are no part of the product';
  if (from.side === 'shared') {
    if (target.side !== 'shared') return 'shared code knows neither server nor agent';
    return from.layer === 'core' && target.layer !== 'core' ? 'shared/core stands below everything' : null;
  }
  if (target.side === 'shared') return null;
  if (target.side !== from.side) return 'server and agent share only shared/';
  if (from.layer === 'adapters' && target.layer === 'usecases') {
    return path.startsWith('server/adapters/http/routes/') ? null : 'only HTTP routes call use cases';
  }
  if (!(INNER[from.layer] ?? []).includes(target.layer)) return `${from.layer} may not reach ${target.layer}`;
  if (from.layer === 'adapters' && target.layer === 'adapters' && from.room !== target.room) {
    return 'an adapter reaches another only through a port';
  }
  return null;
}

/** Every circle of imports, types included, as `a -> b -> a`. */
export function circles(sources: readonly Source[]): string[] {
  const edges = new Map(sources.map((source) => [source.path, source.imports.flatMap((to) => to.file ?? [])]));
  const done = new Set<string>();
  const found = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.add([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return [...found];
}
