import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { OUTCOMES } from '../../../shared/contract/api/ledger.ts';
import { wallClock, type Zone } from '../../../shared/core/time.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** What the other parts tell; everything else is read from the store when it is asked for. */
export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  mediaSent(bytes: number): void;
  published(kind: string, ok: boolean): void;
  intake(records: number): void;
  refused(): void;
  /** In Prometheus' text form. */
  text(): Promise<{ type: string; body: string }>;
}

/** Measures in a registry of their own, so that two servers in one process do not mix. */
export function createMetrics(parts: Pick<ServerParts, 'store' | 'clock' | 'bus'>, zone: Zone): Metrics {
  const registers = [new Registry()];
  const [registry = new Registry()] = registers;
  collectDefaultMetrics({ register: registry, prefix: 'loaban_' });
  const requests = new Histogram({
    name: 'loaban_http_request_duration_seconds',
    help: 'time from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const media = counter('loaban_media_sent_bytes_total', 'bytes of clips that were sent');
  const publishes = counter('loaban_publishes_total', 'signed messages given to the broker', ['kind', 'result']);
  const records = counter('loaban_intake_records_total', 'records of boxes that reached the ledger');
  const refused = counter('loaban_intake_refused_total', 'messages that were not in form or not the sender’s own');

  new Gauge({
    name: 'loaban_agents',
    help: 'boxes by state; ready: holds every clip of its next window',
    labelNames: ['state'],
    registers,
    async collect() {
      const all = await parts.store.repositories.agents.all();
      const statuses = await parts.store.repositories.agents.statuses();
      const live = all.filter((agent) => agent.state === 'enrolled');
      const online = live.flatMap((agent) => {
        const status = statuses.get(agent.id)?.status;
        return status?.online === true ? [status] : [];
      });
      this.set({ state: 'enrolled' }, live.length);
      this.set({ state: 'online' }, online.length);
      const ready = online.filter(({ nextWindow }) => nextWindow === null || nextWindow.clipsReady >= nextWindow.clips);
      this.set({ state: 'ready' }, ready.length);
      this.set({ state: 'playing' }, online.filter(({ playing }) => playing !== null).length);
      this.set({ state: 'clock_untrusted' }, online.filter(({ clock }) => !clock.trusted).length);
    },
  });
  new Gauge({
    name: 'loaban_ledger_today',
    help: 'planned plays of today by outcome; they add up to planned',
    labelNames: ['outcome'],
    registers,
    async collect() {
      const now = parts.clock.now();
      const { date } = wallClock(now, zone);
      const sums = await parts.store.repositories.ledger.summary({ from: date, to: date }, 'total', now);
      const [sum] = sums;
      this.set({ outcome: 'planned' }, sum?.planned ?? 0);
      for (const outcome of OUTCOMES) this.set({ outcome }, sum?.[outcome] ?? 0);
    },
  });
  new Gauge({
    name: 'loaban_broker_connected',
    help: '1 while the server reaches its broker',
    registers,
    collect() {
      this.set(parts.bus.connected ? 1 : 0);
    },
  });

  return {
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    mediaSent: (bytes) => media.inc(bytes),
    published: (kind, ok) => publishes.inc({ kind, result: ok ? 'ok' : 'failed' }),
    intake: (count) => records.inc(count),
    refused: () => refused.inc(),
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}
