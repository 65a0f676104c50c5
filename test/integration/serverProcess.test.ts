import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../kit/processes.ts';
import { waitFor } from '../kit/wait.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'server', 'main.ts');

/** The server as a process of its own, as an init system would see it. */
class Process {
  out = '';
  err = '';
  code: number | null = null;
  readonly ended: Promise<void>;
  readonly #child;
  constructor(env: Record<string, string>) {
    this.#child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, ...env } });
    this.#child.stdout.on('data', (chunk) => {
      this.out += chunk;
    });
    this.#child.stderr.on('data', (chunk) => {
      this.err += chunk;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.code = code;
        resolve();
      });
    });
  }
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describe('the server as a process', () => {
  const folders: string[] = [];
  const processes: Process[] = [];
  afterEach(async () => {
    for (const one of processes.splice(0)) {
      one.kill('SIGKILL');
      await one.ended;
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const start = async (env: Record<string, string> = {}): Promise<Process> => {
    const folder = mkdtempSync(join(tmpdir(), 'loaban-process-'));
    folders.push(folder);
    const one = new Process({
      LOABAN_DATA_DIR: join(folder, 'data'),
      LOABAN_HTTP_HOST: '127.0.0.1',
      LOABAN_HTTP_PORT: '0',
      LOABAN_MQTT_PORT: '0',
      LOABAN_LOG_LEVEL: 'warn',
      ...env,
    });
    processes.push(one);
    return one;
  };
  const ready = async (one: Process): Promise<string> => {
    await waitFor(() => one.code !== null || one.out.includes('is ready'), `the server to be ready: ${one.err}`);
    const url = /is ready: (http:\/\/[^/\s]+)/.exec(one.out)?.[1];
    if (url === undefined) throw new Error(`not ready: ${one.out}${one.err}`);
    return url;
  };
  /** It ended with this code and one line that a person can act on. */
  const refused = async (one: Process, code: number, ...says: (string | RegExp)[]): Promise<void> => {
    await one.ended;
    for (const part of says) expect(one.err).toMatch(part);
    expect(one.err.trimEnd().split('\n')).toHaveLength(1);
    expect(one.code).toBe(code);
    expect(one.out).not.toContain('is ready');
  };

  it('lists every fault of its settings at once and ends with 2', async () => {
    const one = await start({
      LOABAN_HTTP_PORT: 'eighty',
      LOABAN_MQTT_PORT: '70000',
      LOABAN_MQTT_URL: 'broker:1883',
      LOABAN_DATABASE_URL: 'mysql://root:geheim@db/x',
      LOABAN_ADMIN_PASSWORD: 'short',
      LOABAN_TIME_ZONE: 'Asia/Saigon_City',
      LOABAN_LOUDNESS_LUFS: 'loud',
      LOABAN_DATA_DIRECTORY: '/tmp/x',
      LOABAN_MOSQUITTO_PID_FILE: '/run/mosquitto.pid',
    });
    await one.ended;
    expect(one.code).toBe(2);
    const lines = one.err.trimEnd().split('\n');
    for (const name of [
      'HTTP_PORT',
      'MQTT_PORT',
      'MQTT_URL',
      'DATABASE_URL',
      'ADMIN_PASSWORD',
      'TIME_ZONE',
      'LOUDNESS_LUFS',
    ]) {
      expect(
        lines.filter((line) => line.startsWith(`loaban: LOABAN_${name} must be`)),
        name,
      ).toHaveLength(1);
    }
    expect(one.err).toContain('LOABAN_DATA_DIRECTORY is no setting; did you mean LOABAN_DATA_DIR?');
    expect(one.err).toContain('LOABAN_MOSQUITTO_PID_FILE needs LOABAN_MOSQUITTO_DIR');
    expect(lines).toHaveLength(9);
    expect(one.err).not.toMatch(/geheim|short/);
  });

  it('says that a port is used', async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      await refused(
        await start({ LOABAN_HTTP_PORT: String(port) }),
        1,
        String(port),
        /another program/,
        /LOABAN_HTTP_PORT/,
      );
      await refused(await start({ LOABAN_MQTT_PORT: String(port) }), 1, String(port), /LOABAN_MQTT_PORT/);
    } finally {
      other.close();
    }
  });

  it('says that its folder cannot be written', async () => {
    // Below /proc nobody may write, not even root, whom these tests may run as.
    await refused(await start({ LOABAN_DATA_DIR: '/proc/loaban' }), 1, '/proc/loaban', /LOABAN_DATA_DIR/);
    await refused(await start({ LOABAN_DATA_DIR: '/etc/passwd/x' }), 1, '/etc/passwd/x', /LOABAN_DATA_DIR/);
  });

  it('says that its database is not to be reached, and not the password', async () => {
    const one = await start({ LOABAN_DATABASE_URL: `postgres://loaban:geheim@127.0.0.1:${await freePort()}/loaban` });
    await refused(one, 1, /not to be reached/);
    expect(one.err).not.toContain('geheim');
  });

  it('has its folder to itself, and takes it over from one that was killed', async () => {
    const first = await start();
    await ready(first);
    const data = join(folders[0] ?? '', 'data');
    await refused(await start({ LOABAN_DATA_DIR: data }), 1, /in use by another server/);
    first.kill('SIGKILL');
    await first.ended;
    await ready(await start({ LOABAN_DATA_DIR: data }));
  });

  it('prints a drawn password once, and keeps its folder from other users', async () => {
    const first = await start();
    const url = await ready(first);
    const password = /with the password (\S+)/.exec(first.out)?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(16);
    const data = join(folders[0] ?? '', 'data');
    expect(statSync(data).mode & 0o777).toBe(0o700);
    const body = JSON.stringify({ username: 'admin', password });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/api/v1/sessions`, { method: 'POST', headers, body })).status).toBe(201);
    first.kill('SIGTERM');
    await first.ended;
    const second = await start({ LOABAN_DATA_DIR: data });
    await ready(second);
    expect(second.out).not.toContain('password');
    expect(readdirSync(data)).toContain('loaban.db');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops on %s within 10 s with 0, streams that have no end included',
    async (signal) => {
      const password = 'mat-khau-quan-tri';
      const one = await start({ LOABAN_ADMIN_PASSWORD: password });
      const url = await ready(one);
      const signedIn = await fetch(`${url}/api/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'admin', password }),
      });
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const events = await fetch(`${url}/api/v1/events`, { headers: { cookie } });
      expect(events.headers.get('content-type')).toContain('text/event-stream');
      const began = performance.now();
      one.kill(signal);
      await events.text();
      await one.ended;
      expect(one.code).toBe(0);
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(one.err).toBe('');
    },
  );

  it('can be stopped while it starts', async () => {
    const one = await start({ LOABAN_LOG_LEVEL: 'info' });
    await waitFor(() => one.out.includes('signing key made'), 'the start to be on its way');
    one.kill('SIGTERM');
    await one.ended;
    expect([one.code, one.err]).toEqual([0, '']);
  });

  it('answers its probes, and says which clause of readiness fails', async () => {
    const url = await ready(await start({ LOABAN_MQTT_URL: `mqtt://server:secret@127.0.0.1:${await freePort()}` }));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      ok: false,
      checks: [
        { name: 'database', ok: true, reason: null },
        { name: 'broker', ok: false, reason: 'the broker is not connected' },
        { name: 'clips folder', ok: true, reason: null },
      ],
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const name of [
      'loaban_agents{state="online"} 0',
      'loaban_ledger_today{outcome="planned"} 0',
      'loaban_broker_connected 0',
      'loaban_http_request_duration_seconds_bucket',
      'loaban_intake_records_total 0',
      'loaban_process_resident_memory_bytes',
    ]) {
      expect(metrics).toContain(name);
    }
  });
});
