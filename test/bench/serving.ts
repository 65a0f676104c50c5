import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../kit/needs.ts';
import { freePort } from '../kit/processes.ts';
import { waitFor } from '../kit/wait.ts';
import { type BenchResult, median } from './result.ts';

const CLIP_BYTES = 1_500_000;
const CONNECTIONS = 8;
const REQUESTS = 600;
const ROUNDS = 7;

/**
 * Clips of 1.5 MB from our server and from nginx (one worker, sendfile), each in a process of its own, to the same
 * client over the same number of kept-alive connections, in turns. Megabytes a second.
 */
export async function benchServing(): Promise<BenchResult[]> {
  const nginx = findProgram('nginx');
  if (nginx === null) {
    process.stderr.write('LEFT OUT: bench serving: needs nginx (apt install nginx-light)\n');
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'loaban-serving-'));
  const running: ChildProcess[] = [];
  try {
    const file = join(folder, 'clip.opus');
    await writeFile(file, randomBytes(CLIP_BYTES));
    const floor = await startNginx(nginx, folder, file, running);
    const ours = await startOurs(folder, file, running);
    const rates = { floor: [] as number[], ours: [] as number[] };
    for (const target of [floor, ours]) await fetchMany(target.port, target.path, REQUESTS / 4);
    for (let round = 0; round < ROUNDS; round++) {
      // Who goes first changes, so that neither has the machine's better half of each round.
      const order = round % 2 === 0 ? (['floor', 'ours'] as const) : (['ours', 'floor'] as const);
      for (const who of order) {
        const target = who === 'floor' ? floor : ours;
        rates[who].push(await fetchMany(target.port, target.path, REQUESTS));
      }
    }
    const [least, most] = [Math.min(...rates.ours), Math.max(...rates.ours)];
    return [
      {
        name: 'clip serving against nginx',
        unit: 'MB/s',
        floor: median(rates.floor),
        ours: median(rates.ours),
        ratio: median(rates.ours) / median(rates.floor),
        aim: 'equal or more: at least 1',
        notes: [
          `${ROUNDS} rounds in turns of ${REQUESTS} clips of ${CLIP_BYTES / 1e6} MB over ${CONNECTIONS} connections`,
          `ours from ${Math.round(least)} to ${Math.round(most)} MB/s, nginx from ${Math.round(Math.min(...rates.floor))} to ${Math.round(Math.max(...rates.floor))}`,
        ],
      },
    ];
  } finally {
    for (const child of running) await end(child);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Target {
  readonly port: number;
  readonly path: string;
}

async function startNginx(program: string, folder: string, file: string, running: ChildProcess[]): Promise<Target> {
  const port = await freePort();
  const root = join(folder, 'nginx');
  await mkdir(join(root, 'www'), { recursive: true });
  await copyFile(file, join(root, 'www', 'clip.opus'));
  await writeFile(
    join(root, 'nginx.conf'),
    `daemon off; master_process off; pid ${root}/pid; error_log ${root}/error.log;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; etag on;
  client_body_temp_path ${root}/b; proxy_temp_path ${root}/p; fastcgi_temp_path ${root}/f;
  uwsgi_temp_path ${root}/u; scgi_temp_path ${root}/s;
  types { audio/ogg opus; }
  server { listen 127.0.0.1:${port}; root ${root}/www; expires 1y; }
}
`,
  );
  const child = spawn(program, ['-p', root, '-c', join(root, 'nginx.conf')], { stdio: 'ignore' });
  running.push(child);
  await waitFor(() => reachable(port), 'nginx to listen');
  return { port, path: '/clip.opus' };
}

async function startOurs(folder: string, file: string, running: ChildProcess[]): Promise<Target> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'servingServer.ts'), join(folder, 'ours'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const [port, path] = line.split(' ');
    if (port !== undefined && path !== undefined) return { port: Number(port), path };
  }
  throw new Error('our server ended before it served');
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Fetches a file that often and gives megabytes a second. The client counts bytes and does no more, to stay out of the way. */
async function fetchMany(port: number, path: string, count: number): Promise<number> {
  const began = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, () => fetchOnOne(port, path, Math.ceil(count / CONNECTIONS))));
  const seconds = (performance.now() - began) / 1000;
  return (Math.ceil(count / CONNECTIONS) * CONNECTIONS * CLIP_BYTES) / 1e6 / seconds;
}

function fetchOnOne(port: number, path: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    /** Bytes of the body still to come; null while the head is read. */
    let body: number | null = null;
    let head = '';
    const socket = connect(port, '127.0.0.1');
    const ask = () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    socket.once('connect', ask);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server hung up')));
    socket.on('data', (chunk: Buffer) => {
      let size = chunk.length;
      if (body === null) {
        head += chunk.toString('latin1');
        const at = head.indexOf('\r\n\r\n');
        if (at < 0) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
        if (!head.startsWith('HTTP/1.1 200') || length !== CLIP_BYTES) return reject(new Error(head.slice(0, at)));
        size = head.length - at - 4;
        body = length;
        head = '';
      }
      body -= size;
      if (body > 0) return;
      body = null;
      left -= 1;
      if (left > 0) ask();
      else {
        socket.removeAllListeners('close');
        socket.end();
        resolve();
      }
    });
  });
}
