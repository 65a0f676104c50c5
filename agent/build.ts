import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Makes the box's program as one file that needs Node and ffmpeg and nothing else: `npm run build` writes
 * dist/agent/loaban-agent.mjs. Resident memory is what a cheap box is short of, so the parts of libraries that never run
 * on a box are left out here; each entry says why.
 */
const REPLACED: Readonly<Record<string, string>> = {
  // The client alone: mqtt's main entry brings WebSocket, SOCKS and browser transports.
  mqtt: "module.exports = { MqttClient: require('mqtt/lib/client').default };",
  // Node has the same streams built in, and they are in memory already.
  'readable-stream': "module.exports = require('node:stream');",
  // Its lines go nowhere without DEBUG in the environment; our own log tells what matters.
  debug: 'module.exports = () => Object.assign(() => {}, { enabled: false });',
  // For browsers: mqtt's `timerVariant` is native here.
  'worker-timers': 'module.exports = { setInterval, clearInterval };',
  // For MQTT 5 topic aliases: this client speaks 3.1.1.
  'lru-cache': "exports.LRUCache = class { constructor() { throw new Error('no topic aliases in this build'); } };",
};

const replaceParts: Plugin = {
  name: 'replace-parts',
  setup({ onResolve, onLoad }) {
    const names = Object.keys(REPLACED).join('|');
    onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path }) => ({ path, namespace: 'replaced' }));
    onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
      contents: REPLACED[path] ?? '',
      resolveDir: ROOT,
      loader: 'js',
    }));
  },
};

/** `z` as a namespace import, of which the bundler keeps what is used; as an object it would keep all, with every language. */
const shakeZod: Plugin = {
  name: 'shake-zod',
  setup({ onLoad }) {
    onLoad({ filter: /\/(shared|agent)\/.*\.ts$/ }, async ({ path }) => {
      const { readFile } = await import('node:fs/promises');
      const text = await readFile(path, 'utf8');
      return { contents: text.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'ts' };
    });
  },
};

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Builds the bundle. @returns its path */
export async function buildAgent(outfile = join(ROOT, 'dist/agent/loaban-agent.mjs')): Promise<string> {
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [join(ROOT, 'agent/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'linked',
    plugins: [replaceParts, shakeZod],
    // Libraries that are CommonJS ask for what a module does not have.
    banner: {
      js: [
        "import { createRequire as makeRequire } from 'node:module';",
        'const require = makeRequire(import.meta.url);',
        'const __filename = import.meta.filename;',
        'const __dirname = import.meta.dirname;',
      ].join('\n'),
    },
  });
  await chmod(outfile, 0o755);
  return outfile;
}

if (import.meta.main) {
  const file = await buildAgent();
  process.stdout.write(`${file}: ${Math.round((await stat(file)).size / 1024)} KiB\n`);
}
