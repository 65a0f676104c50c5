import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSinkSpec } from '../../agent/adapters/sound/openSinkSpec.ts';
import { SystemSoundClock } from '../../agent/adapters/sound/systemClock.ts';
import { instantOf, msOf, SAMPLES_PER_MS, samplesIn, silenceBefore } from '../../agent/domain/placement.ts';
import { SinkFault, type SinkStream, type SoundLog, type SoundSink } from '../../agent/ports/sound.ts';
import { findClip } from '../kit/correlate.ts';
import { leftOut } from '../kit/needs.ts';
import { PULSE_PROGRAMS, type PulseServer, startPulse } from '../kit/pulse.ts';
import { seeded } from '../kit/synthClip.ts';
import { waitFor } from '../kit/wait.ts';
import { instantInWav, readWav } from '../kit/wav.ts';

const log: SoundLog = { info: () => undefined, warn: () => undefined };
const clock = new SystemSoundClock();
const now = () => clock.wallAt(clock.monotonic());
const CHUNK = samplesIn(20);

/** What was really heard, and at which instants, as far as the witness can tell. */
interface Heard {
  readonly samples: Int16Array;
  /** Unix ms of a sample; null where the witness has no clock. */
  readonly instant: ((sample: number) => number) | null;
}

interface Stage {
  open(): Promise<SoundSink>;
  /** Ends the recording; null when there is no witness. */
  witness: (() => Promise<Heard>) | null;
  end(): Promise<void>;
}

/** White noise: each seed sounds at one place only. */
function noise(seed: number, ms: number): Int16Array {
  const random = seeded(seed);
  return Int16Array.from({ length: samplesIn(ms) }, () => (random() - 0.5) * 24_000);
}

async function writeAll(stream: SinkStream, pcm: Int16Array): Promise<void> {
  for (let at = 0; at < pcm.length; at += CHUNK) await stream.write(pcm.slice(at, at + CHUNK));
}

/** Silence, and then `pcm` from the instant `at` on; the index of its first sample. */
async function placeAt(stream: SinkStream, pcm: Int16Array, at: number): Promise<number> {
  for (;;) {
    const timing = stream.timing();
    const wait = timing.uncertaintyMs > 2 ? CHUNK + 1 : silenceBefore(timing, stream.written, at, 0);
    await stream.write(new Int16Array(Math.min(wait, CHUNK)));
    if (wait > CHUNK) continue;
    const start = stream.written;
    await writeAll(stream, pcm);
    return start;
  }
}

/** Silence until the device has taken everything up to `index`. */
async function playOut(stream: SinkStream, index: number): Promise<void> {
  const deadline = clock.monotonic() + 5_000;
  while (stream.taken() < index && clock.monotonic() < deadline) await stream.write(new Int16Array(CHUNK));
  expect(stream.taken()).toBeGreaterThanOrEqual(index);
}

function suite(name: string, skip: boolean, setUp: () => Promise<Stage>, spreadMs: number): void {
  describe.skipIf(skip)(name, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await setUp();
    });
    afterAll(() => stage.end());

    it('counts it when the writer was late, and finds its way back to the right instant', async () => {
      const sink = await stage.open();
      const stream = await sink.open();
      await pause(sink.leadMs + 300);
      const pcm = noise(5, 300);
      const at = now() + sink.leadMs + 500;
      const start = await placeAt(stream, pcm, at);
      expect(stream.written - stream.taken()).toBeLessThan(samplesIn(2 * sink.leadMs + 300));
      await playOut(stream, start + pcm.length);
      expect(stream.underruns).toBeGreaterThanOrEqual(1);
      expect(Math.abs(instantOf(stream.timing(), start) - at)).toBeLessThan(spreadMs);
      await stream.close();
    });

    it('plays what was written, in order and on its instant, at the pace of real time, and proves it', async () => {
      const sink = await stage.open();
      const stream = await sink.open();
      const points: { taken: number; written: number; base: number; wall: number }[] = [];
      const observe = () => {
        const { instant, sample } = stream.timing();
        points.push({ taken: stream.taken(), written: stream.written, base: instant - msOf(sample), wall: now() });
      };
      const first = noise(1, 400);
      const second = noise(2, 300);
      const at = now() + sink.leadMs + 150.4;
      observe();
      const start = await placeAt(stream, first, at);
      observe();
      const next = await placeAt(stream, second, at + 900.7);
      observe();
      await playOut(stream, next + second.length);
      observe();
      const startedAt = instantOf(stream.timing(), start);
      // A call-back takes away what has not sounded; what is written then comes after it.
      const dropped = stream.written;
      await writeAll(stream, noise(3, sink.leadMs));
      const again = await stream.flush();
      observe();
      expect(again).toBe(stream.written);
      expect(again).toBeLessThanOrEqual(dropped + samplesIn(sink.leadMs) + CHUNK);
      await writeAll(stream, noise(4, 200));
      await playOut(stream, again + samplesIn(200));
      observe();
      expect(stream.underruns).toBe(0);
      await stream.close();
      await stream.close();

      for (const point of points) expect(point.taken).toBeLessThanOrEqual(point.written);
      const taken = points.map((point) => point.taken);
      expect(taken).toEqual([...taken].sort((a, b) => a - b));
      // The relation between samples and instants stays what it is: real-time rate, nothing lost or put in.
      for (const point of points) expect(Math.abs(point.base - (points[0]?.base ?? 0))).toBeLessThan(spreadMs);
      // Nothing is proven before it can have sounded.
      for (const point of points)
        expect(point.taken).toBeLessThanOrEqual((point.wall - point.base + 5) * SAMPLES_PER_MS);
      expect(Math.abs(startedAt - at)).toBeLessThan(spreadMs);

      if (stage.witness === null) return;
      const heard = await stage.witness();
      const one = findClip(heard.samples, first, { probeMs: 400, threshold: 0.95 });
      const two = findClip(heard.samples, second, { probeMs: 300, threshold: 0.95 });
      const four = findClip(heard.samples, noise(4, 200), { probeMs: 200, threshold: 0.95 });
      expect([one.length, two.length, four.length]).toEqual([1, 1, 1]);
      const [a = Number.NaN, b = Number.NaN, d = Number.NaN] = [one, two, four].map((found) => found[0]?.offsetSample);
      expect(Math.abs(msOf(b - a) - 900.7)).toBeLessThan(spreadMs);
      expect(Math.abs(d - a - (again - start))).toBeLessThan(samplesIn(spreadMs));
      if (heard.instant !== null) expect(Math.abs(heard.instant(a) - at)).toBeLessThan(1 / SAMPLES_PER_MS);
    });
  });
}

const noPulse = leftOut('sinks on a real sound server', PULSE_PROGRAMS, 'apt install pulseaudio pulseaudio-utils');
const noAlsa = noPulse || leftOut('the ALSA sink', ['aplay'], 'apt install alsa-utils libasound2-plugins');

function open(spec: string, env: NodeJS.ProcessEnv = process.env): SoundSink {
  return openSinkSpec(spec, { clock, log, env, uid: process.getuid?.() ?? 0 });
}

suite(
  'sink null',
  false,
  async () => ({ open: async () => open('null'), witness: null, end: async () => undefined }),
  0.03,
);

suite(
  'sink file',
  false,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-sink-'));
    const path = join(folder, 'village.wav');
    return {
      open: async () => open(`file:${path}`),
      witness: async () => {
        const recording = readWav(path);
        return { samples: recording.samples, instant: (sample) => instantInWav(recording, sample) };
      },
      end: () => rm(folder, { recursive: true }),
    };
  },
  0.03,
);

function onServer(spec: string): () => Promise<Stage> {
  return async () => {
    const server = await startPulse();
    const recording = await server.record();
    return {
      open: async () => open(spec, server.env),
      witness: async () => ({ samples: await recording.stop(), instant: null }),
      end: () => server.stop(),
    };
  };
}

suite('sink pulse', noPulse, onServer('pulse'), 1.5);
suite('sink alsa', noAlsa, onServer('alsa:pulse'), 3);

describe('the file sink', () => {
  it('goes on in the same timeline after it was killed, and leaves other files alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-sink-'));
    const path = join(folder, 'a.wav');
    const before = noise(7, 300);
    const after = noise(8, 300);
    const stream = await open(`file:${path}`).open();
    const firstAt = now() + 1_300;
    await placeAt(stream, before, firstAt);
    await playOut(stream, stream.written);
    await stream.close();
    // As a kill leaves it: the header is older than the data, and the last sample is half written.
    const { length } = readWav(path).samples;
    const head = readWav(path);
    await truncate(path, 2 * length + 700);
    const resumed = await open(`file:${path}`).open();
    const secondAt = now() + 1_400;
    await placeAt(resumed, after, secondAt);
    await playOut(resumed, resumed.written);
    await resumed.close();
    const recording = readWav(path);
    expect(recording.t0Ms).toBe(head.t0Ms);
    expect(recording.promisedBytes).toBe(recording.samples.byteLength);
    const [one] = findClip(recording.samples, before, { probeMs: 300 });
    const [two] = findClip(recording.samples, after, { probeMs: 300 });
    expect(Math.abs(instantInWav(recording, one?.offsetSample ?? 0) - firstAt)).toBeLessThan(0.05);
    expect(Math.abs(instantInWav(recording, two?.offsetSample ?? 0) - secondAt)).toBeLessThan(0.05);

    const foreign = join(folder, 'holiday.wav');
    await writeFile(foreign, 'RIFF....WAVE');
    await expect(open(`file:${foreign}`).open()).rejects.toThrow(/not a recording made by this program/);
    await expect(open(`file:${join(foreign, 'below.wav')}`).open()).rejects.toBeInstanceOf(SinkFault);
    await rm(folder, { recursive: true });
  });
});

describe('a sink that cannot be used', () => {
  it('is refused with the list of what is valid', () => {
    for (const spec of ['', 'speaker', 'alsa:', 'pulse:', 'file:', 'file:x.mp3', 'null:1']) {
      expect(() => open(spec)).toThrow(/valid are alsa:DEVICE.*pulse.*file:PATH\.wav.*null/);
    }
  });

  it.skipIf(noAlsa)('says so: no server, no such device, device gone in mid-play', async () => {
    const nowhere = { ...process.env, PULSE_SERVER: 'unix:/nonexistent/native' };
    await expect(open('pulse', nowhere).open()).rejects.toMatchObject({ code: 'sinkMissing' });
    await expect(open('alsa:nosuchdevice').open()).rejects.toMatchObject({ code: 'sinkMissing' });

    let server: PulseServer | null = null;
    try {
      server = await startPulse();
      await server.record();
      await expect(open('pulse:nosuchsink', server.env).open()).rejects.toMatchObject({ code: 'sinkMissing' });
      const streams = [await open('pulse', server.env).open(), await open('alsa:pulse', server.env).open()];
      const gone = streams.map(async (stream) => {
        const deadline = clock.monotonic() + 8_000;
        while (clock.monotonic() < deadline) await stream.write(new Int16Array(CHUNK));
      });
      const outcomes = Promise.allSettled(gone);
      await waitFor(() => streams.every((stream) => stream.taken() > samplesIn(200)), 'both sinks to play');
      process.kill(server.pid, 'SIGKILL');
      for (const outcome of await outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'sinkLost' } });
      }
      await Promise.all(streams.map((stream) => stream.close()));
    } finally {
      await server?.stop();
    }
  });
});
