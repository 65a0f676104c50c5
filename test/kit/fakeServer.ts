import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { enrolmentRequest } from '../../shared/contract/api/agent.ts';
import {
  ENVELOPE_ALGORITHM,
  ENVELOPE_LIFETIME,
  ENVELOPE_TYPE,
  type EnvelopeClaims,
  type SignedKind,
} from '../../shared/contract/envelope.ts';
import type { CommandAsk } from '../../shared/contract/messages/command.ts';
import type { ConfigMessage } from '../../shared/contract/messages/config.ts';
import type { PlanMessage } from '../../shared/contract/messages/plan.ts';
import { type PlaybackRecord, type ReportRecord, reportMessage } from '../../shared/contract/messages/report.ts';
import { type StatusMessage, statusMessage } from '../../shared/contract/messages/status.ts';
import { topicFor } from '../../shared/contract/topics.ts';
import { WEEKDAYS } from '../../shared/core/time.ts';
import { freePort } from './processes.ts';

export const AGENT = 'agt-test';
export const VILLAGE = 'are-village';
export const COMMUNE = 'are-commune';
export const CODE = 'K7QF-3MZX-9T2C';

export type PlannedItem = PlanMessage['items'][number];

/** What is wrong with the clip server on purpose, for the next requests of one clip. */
export interface ClipTrouble {
  /** End the connection after so many bytes, this many times. */
  cutAfter?: number;
  cuts?: number;
  /** Send other bytes, this many times. */
  wrong?: number;
}

/**
 * A server by the contract and nothing more: enrolment, clips with Range, a broker, signed messages, receipts. The agent's
 * own tests speak to it, so that they can also show what a real server never does (forged, old and cut things).
 */
export class FakeServer {
  readonly records = new Map<number, ReportRecord>();
  readonly statuses: StatusMessage[] = [];
  readonly requests: { readonly url: string; readonly range: string | undefined; readonly status: number }[] = [];
  readonly installations: string[] = [];
  readonly trouble = new Map<string, ClipTrouble>();
  /** How often each number came, to see resending. */
  readonly seen = new Map<number, number>();
  receipts = true;
  /** Answers to enrolment with this status first, so many times. */
  /** Number that a box begins to report with; above 1 it takes an older one's place. */
  nextN = 1;
  refuseEnrolment: { status: number; times: number } | null = null;
  readonly #clips = new Map<string, Buffer>();
  readonly #seqs = new Map<SignedKind, number>();
  readonly #retained = new Map<string, string>();
  readonly #sockets = new Set<Socket>();
  readonly #key: CryptoKey;
  readonly #publicX: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly password = randomBytes(12).toString('hex');
  #http: Server | null = null;
  #tcp: TcpServer | null = null;
  #broker: Aedes | null = null;

  private constructor(key: CryptoKey, publicX: string, httpPort: number, mqttPort: number) {
    this.#key = key;
    this.#publicX = publicX;
    this.httpPort = httpPort;
    this.mqttPort = mqttPort;
  }

  static async start(): Promise<FakeServer> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const { x } = await exportJWK(publicKey);
    const server = new FakeServer(privateKey, x ?? '', await freePort(), await freePort());
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  get playbacks(): PlaybackRecord[] {
    return [...this.records.values()].filter((record) => record.kind === 'playback');
  }

  get lastStatus(): StatusMessage | undefined {
    return this.statuses.at(-1);
  }

  faults(code: string): ReportRecord[] {
    return [...this.records.values()].filter((record) => record.kind === 'fault' && record.code === code);
  }

  /** Listens (again, on the same ports). */
  async up(): Promise<void> {
    const broker = await Aedes.createBroker();
    broker.authenticate = (_client: Client, username, password, done) =>
      done(null, username === 'attacker' || (username === AGENT && password?.toString() === this.password));
    broker.on('publish', (packet, client) => {
      if (client) this.#heard(packet.topic, packet.payload);
    });
    const tcp = createTcp(broker.handle);
    tcp.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => tcp.listen(this.mqttPort, '127.0.0.1', resolve));
    const http = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => http.listen(this.httpPort, '127.0.0.1', resolve));
    this.#broker = broker;
    this.#tcp = tcp;
    this.#http = http;
    for (const [topic, payload] of this.#retained) await this.publishRaw(topic, payload, true);
  }

  /** Gone, as if switched off. */
  async down(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#broker?.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
    this.#http?.closeAllConnections();
    await new Promise<unknown>((done) => this.#http?.close(done));
    await new Promise<unknown>((done) => this.#tcp?.close(done));
  }

  /** Cuts every MQTT connection once. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  addClip(bytes: Buffer): string {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#clips.set(sha256, bytes);
    return sha256;
  }

  item(id: string, clip: string, at: number, durationMs: number): PlannedItem {
    const at0 = Math.round(at);
    return {
      id,
      at: at0,
      durationMs,
      clip,
      class: 'normal',
      rule: 'rul-1',
      bulletin: 'bul-1',
      campaign: null,
      title: id,
      repeat: 1,
    };
  }

  plan(items: readonly PlannedItem[], from = Date.now() - 3_600_000): PlanMessage {
    const clips = [...new Set(items.map((item) => item.clip))].map((sha256) => ({
      sha256,
      url: `/clips/${sha256}`,
      bytes: this.#clips.get(sha256)?.length ?? 1,
      durationMs: items.find((item) => item.clip === sha256)?.durationMs ?? 1,
    }));
    const until = from + 7 * 86_400_000;
    return { v: 1, agent: AGENT, village: VILLAGE, from, until, zone: 'Asia/Ho_Chi_Minh', items: [...items], clips };
  }

  config(changes: Partial<ConfigMessage> = {}): ConfigMessage {
    return {
      v: 1,
      agent: AGENT,
      village: VILLAGE,
      areas: [VILLAGE, COMMUNE],
      zone: 'Asia/Ho_Chi_Minh',
      windows: [{ days: [...WEEKDAYS], from: '00:00', to: '24:00' }],
      languages: ['vi'],
      volume: 80,
      volumeMin: 0,
      volumeMax: 100,
      reporting: { statusEverySeconds: 30, batchRecords: 20 },
      ...changes,
    };
  }

  async sendPlan(items: readonly PlannedItem[], from?: number): Promise<string> {
    return await this.send('plan', this.plan(items, from), true);
  }

  async sendConfig(changes: Partial<ConfigMessage> = {}): Promise<string> {
    return await this.send('config', this.config(changes), true);
  }

  async sendCommand(command: string, ask: CommandAsk): Promise<string> {
    return await this.send('command', { v: 1, agent: AGENT, command, ask }, false);
  }

  /** Signs as the server does and publishes; returns the token. */
  async send(kind: SignedKind, body: unknown, retain: boolean): Promise<string> {
    const seq = (this.#seqs.get(kind) ?? 0) + 1;
    this.#seqs.set(kind, seq);
    const token = await this.sign(this.claims(kind, seq, body));
    const topic = topicFor(kind, AGENT);
    if (retain) this.#retained.set(topic, token);
    await this.publishRaw(topic, token, retain);
    return token;
  }

  claims(kind: SignedKind, seq: number, body: unknown): EnvelopeClaims {
    const iat = Math.floor(Date.now() / 1000);
    return { sub: AGENT, kind, iat, exp: iat + ENVELOPE_LIFETIME[kind], seq, body };
  }

  async sign(claims: EnvelopeClaims, key = this.#key, header: Record<string, string> = {}): Promise<string> {
    return await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: ENVELOPE_ALGORITHM, typ: ENVELOPE_TYPE, ...header })
      .sign(key);
  }

  /** What whoever holds the broker can do. */
  async publishRaw(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#broker?.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false },
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }

  #heard(topic: string, payload: string | Buffer): void {
    const value: unknown = JSON.parse(payload.toString());
    if (topic === topicFor('status', AGENT)) this.statuses.push(statusMessage.parse(value));
    if (topic !== topicFor('report', AGENT)) return;
    for (const record of reportMessage.parse(value).records) {
      this.seen.set(record.n, (this.seen.get(record.n) ?? 0) + 1);
      // The first word counts, as in the real ledger.
      if (!this.records.has(record.n)) this.records.set(record.n, record);
    }
    if (this.receipts) void this.sendReceipt();
  }

  async sendReceipt(): Promise<void> {
    let upTo = 0;
    while (this.records.has(upTo + 1)) upTo += 1;
    await this.send('receipt', { v: 1, agent: AGENT, upTo }, false);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const say = (status: number, body: object): void => {
      this.requests.push({ url, range: request.headers.range, status });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url === '/api/v1/enrolments' && request.method === 'POST') return await this.#enrol(request, say);
    const clip = this.#clips.get(/^\/clips\/([0-9a-f]{64})$/.exec(url)?.[1] ?? '');
    if (clip === undefined) return say(404, { title: 'not found' });
    this.#serve(request, response, url.slice(7), clip);
  }

  async #enrol(request: IncomingMessage, say: (status: number, body: object) => void): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const { code, installation } = enrolmentRequest.parse(value);
    this.installations.push(installation);
    if (this.refuseEnrolment !== null && this.refuseEnrolment.times > 0) {
      this.refuseEnrolment.times -= 1;
      return say(this.refuseEnrolment.status, { title: 'no', detail: 'the server says no for now' });
    }
    if (code !== CODE)
      return say(409, { title: 'Conflict', detail: 'this code was used or has expired: ask for a new one' });
    say(201, {
      agentId: AGENT,
      villageId: VILLAGE,
      areas: [VILLAGE, COMMUNE],
      mqtt: { url: `mqtt://127.0.0.1:${this.mqttPort}`, username: AGENT, password: this.password },
      serverKey: { kty: 'OKP', crv: 'Ed25519', x: this.#publicX },
      serverTime: new Date().toISOString(),
      nextN: this.nextN,
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse, sha256: string, clip: Buffer): void {
    const { range } = request.headers;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const status = range === undefined ? 200 : 206;
    this.requests.push({ url: request.url ?? '', range, status });
    const trouble = this.trouble.get(sha256);
    let bytes = clip.subarray(from);
    if (trouble?.wrong) {
      trouble.wrong -= 1;
      bytes = Buffer.alloc(bytes.length, 7);
    }
    response.writeHead(status, {
      'content-length': String(bytes.length),
      ...(status === 206 ? { 'content-range': `bytes ${from}-${clip.length - 1}/${clip.length}` } : {}),
    });
    if (!trouble?.cuts) return void response.end(bytes);
    trouble.cuts -= 1;
    response.write(bytes.subarray(0, trouble.cutAfter ?? 1), () => setTimeout(() => response.destroy(), 50));
  }
}
