import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { TagReader, TagWriter } from '../../agent/adapters/sound/pulse/tagstruct.ts';
import type { SoundClock } from '../../agent/ports/sound.ts';

const CONTROL = 0xffff_ffff;
const NONE = 0xffff_ffff;
const AUTH = 8;
const SET_CLIENT_NAME = 9;
const CREATE_RECORD_STREAM = 5;
const GET_RECORD_LATENCY = 57;
const PROTOCOL = 13;
const FRAGMENT_BYTES = 1920;
const ASK_EVERY_MS = 97;

export interface Witness {
  /** What the loudspeaker played, and the instant (Unix ms) at which a sample of it sounded. */
  stop(): Promise<{ samples: Int16Array; instant: (sample: number) => number }>;
}

/**
 * Records a sink's monitor with a clock: the server is asked again and again which sample of the recording sounds now, and
 * a line through the answers says when each one did. Independent of the playing side: another stream, another question.
 */
export async function startWitness(socketPath: string, device: string, clock: SoundClock): Promise<Witness> {
  const socket = connect(socketPath);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const waiting = new Map<number, { resolve(body: TagReader): void; reject(cause: Error): void }>();
  const recorded: Buffer[] = [];
  let received: Buffer = Buffer.alloc(0);
  let tag = 0;
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 20 && received.length >= 20 + received.readUInt32BE(0)) {
      const end = 20 + received.readUInt32BE(0);
      const body = received.subarray(20, end);
      if (received.readUInt32BE(4) !== CONTROL) recorded.push(Buffer.from(body));
      else {
        const message = new TagReader(body);
        const command = message.u32();
        const asked = waiting.get(message.u32());
        if (command === 2) asked?.resolve(message);
        else if (command === 0) asked?.reject(new Error(`the sound server refuses: error ${message.u32()}`));
      }
      received = received.subarray(end);
    }
  });
  const call = (command: number, body: TagWriter) =>
    new Promise<TagReader>((resolve, reject) => {
      waiting.set(tag, { resolve, reject });
      const message = Buffer.concat([new TagWriter().u32(command).u32(tag).bytes(), body.bytes()]);
      tag += 1;
      const head = Buffer.alloc(20);
      head.writeUInt32BE(message.length, 0);
      head.writeUInt32BE(CONTROL, 4);
      socket.write(Buffer.concat([head, message]));
    });
  await call(AUTH, new TagWriter().u32(PROTOCOL).arbitrary(Buffer.alloc(256)));
  await call(SET_CLIENT_NAME, new TagWriter().propertyList({ 'application.name': 'witness' }));
  const request = new TagWriter().monoSpec(48_000).monoMap().u32(NONE).string(device).u32(NONE).bool(false);
  request.u32(FRAGMENT_BYTES);
  for (let flag = 0; flag < 8; flag += 1) request.bool(false);
  const channel = (await call(CREATE_RECORD_STREAM, request.bool(true).propertyList({}).u32(NONE))).u32();

  const points: Point[] = [];
  let ended = false;
  const asking = (async () => {
    while (!ended) {
      const asked = clock.monotonic();
      const body = new TagWriter().u32(channel).time(clock.wallAt(asked));
      const reply = await call(GET_RECORD_LATENCY, body);
      const took = clock.monotonic() - asked;
      const monitorUsec = reply.usec();
      const sourceUsec = reply.usec();
      reply.bool();
      reply.time();
      const instant = reply.time();
      const sample = reply.s64() / 2 + ((sourceUsec - monitorUsec) * 48) / 1000;
      points.push({ sample, instant, took });
      await pause(ASK_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      ended = true;
      await asking;
      socket.destroy();
      const all = Buffer.concat(recorded);
      const samples = new Int16Array(all.buffer, all.byteOffset, Math.floor(all.length / 2)).slice();
      return { samples, instant: lineThrough(points) };
    },
  };
}

interface Point {
  readonly sample: number;
  readonly instant: number;
  readonly took: number;
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** A straight line through the quicker half of the answers, with those that are far off left out step by step. */
function lineThrough(all: readonly Point[]): (sample: number) => number {
  const origin = all[0] ?? { sample: 0, instant: 0, took: 0 };
  const quick = middle(all.map(({ took }) => took));
  let points = all
    .filter(({ took }) => took <= quick)
    .map(({ sample, instant }) => ({
      x: sample - origin.sample,
      y: instant - origin.instant - (sample - origin.sample) / 48,
    }));
  let slope = 0;
  let offset = 0;
  for (const within of [20, 5, 1, 0.4, 0.25]) {
    const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
    const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
    const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
    slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
    offset = meanY - slope * meanX;
    const off = (point: { x: number; y: number }) => point.y - offset - slope * point.x;
    const usual = middle(points.map(off));
    const kept = points.filter((point) => Math.abs(off(point) - usual) < within);
    if (kept.length >= 10) points = kept;
  }
  return (sample) => {
    const x = sample - origin.sample;
    return origin.instant + x / 48 + offset + slope * x;
  };
}
