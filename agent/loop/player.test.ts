import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeTime } from '../../test/kit/fakeTime.ts';
import { type FrameReceiver, PacedStream } from '../adapters/sound/virtual/pacedStream.ts';
import { SAMPLES_PER_MS } from '../domain/placement.ts';
import type { PlayListener, PlayRequest } from '../ports/player.ts';
import type { ClipDecoder, DecodedClip, SinkStream, SoundLog, SoundSink } from '../ports/sound.ts';
import { WarmPlayer } from './player.ts';

const quiet: SoundLog = { info: () => undefined, warn: () => undefined };
const unheard: PlayListener = { started: () => undefined, progress: () => undefined };

/** A virtual loudspeaker that remembers each frame, and can be made to stand still or to break. */
class Speaker implements SoundSink {
  readonly name = 'test';
  readonly leadMs = 250;
  readonly time: FakeTime;
  /** Everything that sounded: the instant of the opening's frame 0, and the samples by frame. */
  readonly openings: { start: number; frames: Int16Array }[] = [];
  stalled = false;
  refuse = 0;

  constructor(time: FakeTime) {
    this.time = time;
  }

  async open(): Promise<SinkStream> {
    if (this.refuse > 0) {
      this.refuse -= 1;
      throw new Error('no such device');
    }
    const opening = { start: this.time.now(), frames: new Int16Array(48_000 * 60) };
    this.openings.push(opening);
    const receiver: FrameReceiver = {
      samples: (frame, pcm) => opening.frames.set(pcm, frame),
      silence: () => undefined,
      tick: () => undefined,
      close: async () => undefined,
    };
    const stream = new PacedStream({
      clock: this.time,
      start: this.time.monotonic(),
      leadMs: this.leadMs,
      receiver,
    });
    let frozen = 0;
    return {
      get written() {
        return stream.written;
      },
      get underruns() {
        return stream.underruns;
      },
      taken: () => {
        if (!this.stalled) frozen = stream.taken();
        return frozen;
      },
      timing: () => stream.timing(),
      write: (pcm) => stream.write(pcm),
      flush: (from) => stream.flush(from),
      close: () => stream.close(),
    };
  }

  /** The samples that sounded between two instants. */
  heard(from: number, to: number): Int16Array {
    const opening = this.openings.at(-1);
    if (opening === undefined) return new Int16Array(0);
    const at = (instant: number) => Math.round((instant - opening.start) * SAMPLES_PER_MS);
    return opening.frames.slice(at(from), at(to));
  }

  /** The instant of the first sample with this value, in the last opening. */
  instantOf(value: number): number {
    const opening = this.openings.at(-1);
    if (opening === undefined) return Number.NaN;
    return opening.start + opening.frames.indexOf(value) / SAMPLES_PER_MS;
  }
}

/** Clips that hold one value all along; `path` is `VALUE:MS`, or `bad`. */
const decoder: ClipDecoder = {
  async open(path): Promise<DecodedClip> {
    const [value = 0, ms = 0] = path.split(':').map(Number);
    if (Number.isNaN(value)) throw new Error('not audio');
    let left = Math.round(ms * SAMPLES_PER_MS);
    return {
      read: async (samples) => {
        const length = Math.min(samples, left);
        left -= length;
        return new Int16Array(length).fill(value);
      },
      close: async () => undefined,
    };
  },
};

function setUp() {
  const time = new FakeTime();
  const speaker = new Speaker(time);
  const player = new WarmPlayer({ sink: speaker, decoder, clock: time, log: quiet });
  const ask = (value: number, inMs: number, durationMs: number): PlayRequest => ({
    itemId: `item-${value}`,
    path: `${value}:${durationMs}`,
    at: time.now() + inMs,
    durationMs,
    gainDb: 0,
  });
  return { time, speaker, player, ask };
}

const never = new AbortController().signal;

describe('the warm player', () => {
  it('starts every item within one sample of its instant, however late the timers are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 3_100, max: 9_000, noNaN: true }),
        fc.integer({ min: 100, max: 3_000 }),
        fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 1, maxLength: 40 }),
        async (inMs, durationMs, lateness) => {
          const { time, speaker, player, ask } = setUp();
          const request = ask(1234, inMs, durationMs);
          const outcome = player.play(request, unheard, never);
          let turn = 0;
          await time.advance(inMs + durationMs + 1_000, () => lateness[turn++ % lateness.length] ?? 0);
          const { startedAt, heardMs, complete } = await outcome;
          expect(complete).toBe(true);
          expect(Math.abs(speaker.instantOf(1234) - request.at)).toBeLessThanOrEqual(1 / SAMPLES_PER_MS);
          expect(Math.abs((startedAt ?? 0) - request.at)).toBeLessThanOrEqual(1 / SAMPLES_PER_MS);
          expect(heardMs).toBeCloseTo(durationMs, 3);
          await closed(player, time);
        },
      ),
      { numRuns: 40, seed: 20260217 },
    );
  });

  it('plays items back to back without a sample between them', async () => {
    const { time, speaker, player, ask } = setUp();
    const requests = [ask(11, 4_000, 700), ask(22, 4_700, 500), ask(33, 5_200, 400)];
    const outcomes = requests.map((request) => player.play(request, unheard, never));
    await time.advance(8_000);
    for (const outcome of await Promise.all(outcomes)) expect(outcome.complete).toBe(true);
    const sound = speaker.heard(requests[0]?.at ?? 0, (requests[0]?.at ?? 0) + 1_600);
    expect(sound.indexOf(0)).toBe(-1);
    expect(speaker.instantOf(33) - speaker.instantOf(11)).toBeCloseTo(1_200, 2);
    await closed(player, time);
  });

  it('takes the volume into account and never plays longer than planned', async () => {
    const { time, speaker, player, ask } = setUp();
    const request = { ...ask(1000, 4_000, 900), durationMs: 300, gainDb: -20 };
    const outcome = player.play(request, unheard, never);
    await time.advance(6_000);
    expect(await outcome).toMatchObject({ complete: true, heardMs: 300 });
    expect([...new Set(speaker.heard(request.at, request.at + 299))]).toEqual([100]);
    expect([...new Set(speaker.heard(request.at + 301, request.at + 900))]).toEqual([0]);
    await closed(player, time);
  });

  it('stops within its lead, fades out, and says what was heard', async () => {
    const { time, speaker, player, ask } = setUp();
    const abort = new AbortController();
    const request = ask(10_000, 4_000, 20_000);
    const outcome = player.play(request, unheard, abort.signal);
    await time.advance(5_500);
    abort.abort();
    const asked = time.now();
    await time.advance(500);
    const { complete, reason, heardMs } = await outcome;
    expect({ complete, reason }).toEqual({ complete: false, reason: 'stopped' });
    const after = speaker.heard(asked, asked + 400);
    const silentFrom = after.indexOf(0) / SAMPLES_PER_MS;
    expect(silentFrom).toBeLessThan(60);
    expect(heardMs).toBeCloseTo(asked - request.at + silentFrom, 0);
    const steps = after.slice(1).map((value, i) => Math.abs(value - (after[i] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(100);
    await closed(player, time);
  });

  it('leaves no trace of an item that is stopped before its instant', async () => {
    const { time, speaker, player, ask } = setUp();
    const abort = new AbortController();
    const request = ask(77, 4_000, 1_000);
    const outcome = player.play(request, unheard, abort.signal);
    await time.advance(3_500);
    abort.abort();
    await time.advance(3_000);
    expect(await outcome).toMatchObject({ startedAt: null, heardMs: 0, complete: false, reason: 'stopped' });
    expect(speaker.openings[0]?.frames.indexOf(77)).toBe(-1);
    await closed(player, time);
  });

  it('gives way at once: what follows a stop starts within a tenth of a second', async () => {
    const { time, speaker, player, ask } = setUp();
    const abort = new AbortController();
    const first = player.play(ask(10_000, 3_000, 60_000), unheard, abort.signal);
    await time.advance(10_000);
    abort.abort();
    const urgent = player.play(ask(20_000, 0, 1_000), unheard, never);
    const asked = time.now();
    await time.advance(2_000);
    expect((await first).reason).toBe('stopped');
    expect((await urgent).complete).toBe(true);
    expect(speaker.instantOf(20_000) - asked).toBeLessThan(100);
    await closed(player, time);
  });

  it('lets the item before end in peace when the next one is stopped', async () => {
    const { time, speaker, player, ask } = setUp();
    const abort = new AbortController();
    const requests = [ask(11, 4_000, 1_000), ask(22, 5_000, 1_000)];
    const [first, second] = requests.map((request, i) => player.play(request, unheard, i === 1 ? abort.signal : never));
    // The second is with the sink already, and the first still sounds.
    await time.advance(4_900);
    abort.abort();
    await time.advance(2_000);
    expect(await first).toMatchObject({ complete: true, heardMs: 1_000 });
    expect(await second).toMatchObject({ complete: false, reason: 'stopped' });
    const at = requests[0]?.at ?? 0;
    expect([...new Set(speaker.heard(at + 0.1, at + 999.9))]).toEqual([11]);
    expect(speaker.heard(at + 1_010, at + 2_000).some((value) => value !== 0)).toBe(false);
    await closed(player, time);
  });

  it('starts an item that is handed over late as soon as it can, and says so', async () => {
    const { time, speaker, player, ask } = setUp();
    const request = ask(55, -1_500, 1_000);
    const starts: number[] = [];
    const outcome = player.play(request, { started: (at) => starts.push(at), progress: () => undefined }, never);
    await time.advance(3_000);
    const { startedAt, complete } = await outcome;
    expect(complete).toBe(true);
    expect(startedAt).toBeCloseTo(speaker.instantOf(55), 3);
    expect(starts).toEqual([startedAt]);
    expect((startedAt ?? 0) - request.at).toBeGreaterThanOrEqual(1_500);
    await closed(player, time);
  });

  it('follows the clock when it is set between two items', async () => {
    const { time, speaker, player, ask } = setUp();
    const first = player.play(ask(11, 3_000, 500), unheard, never);
    await time.advance(4_000);
    time.step(700);
    const second = player.play(ask(22, 4_000, 500), unheard, never);
    await time.advance(6_000);
    expect((await first).complete && (await second).complete).toBe(true);
    expect(speaker.openings).toHaveLength(1);
    expect(speaker.instantOf(22) - speaker.instantOf(11)).toBeCloseTo(5_000, 1);
    await closed(player, time);
  });

  it('finds a device that stands still, tells how much was heard, and goes on with the next item', async () => {
    const { time, speaker, player, ask } = setUp();
    const first = player.play(ask(11, 4_000, 20_000), unheard, never);
    const next = player.play(ask(22, 24_000, 1_000), unheard, never);
    await time.advance(6_000);
    speaker.stalled = true;
    await time.advance(3_000);
    speaker.stalled = false;
    const outcome = await first;
    expect(outcome).toMatchObject({ complete: false, reason: 'soundFault' });
    expect(outcome.detail).toContain('took no sample');
    expect(outcome.heardMs).toBeGreaterThan(1_900);
    expect(outcome.heardMs).toBeLessThan(2_050);
    await time.advance(20_000);
    expect((await next).complete).toBe(true);
    await closed(player, time);
  });

  it('does not take a silent clip for a device that stands still', async () => {
    const { time, player, ask } = setUp();
    const outcome = player.play(ask(0, 4_000, 5_000), unheard, never);
    await time.advance(12_000);
    expect(await outcome).toMatchObject({ complete: true, heardMs: 5_000 });
    await closed(player, time);
  });

  it('tries a device that does not open again until the instant has long passed', async () => {
    const { time, speaker, player, ask } = setUp();
    speaker.refuse = 3;
    const works = player.play(ask(11, 4_000, 500), unheard, never);
    await time.advance(12_000);
    expect((await works).complete).toBe(true);
    speaker.refuse = 1_000;
    const fails = player.play(ask(22, 4_000, 500), unheard, never);
    await time.advance(12_000);
    expect(await fails).toMatchObject({ startedAt: null, reason: 'soundFault', detail: 'no such device' });
    await closed(player, time);
  });

  it('says that a clip cannot be decoded, or ended before its time', async () => {
    const { time, player, ask } = setUp();
    const bad = player.play({ ...ask(1, 4_000, 500), path: 'bad' }, unheard, never);
    const short = player.play({ ...ask(5, 5_000, 500), durationMs: 2_000 }, unheard, never);
    await time.advance(9_000);
    expect(await bad).toMatchObject({ startedAt: null, reason: 'decodeFault', detail: 'not audio' });
    expect(await short).toMatchObject({ heardMs: 500, complete: false, reason: 'decodeFault' });
    await closed(player, time);
  });

  it('lets go of the device when nothing is due, and opens it anew in time', async () => {
    const { time, speaker, player, ask } = setUp();
    const first = player.play(ask(11, 4_000, 500), unheard, never);
    const second = player.play(ask(22, 60_000, 500), unheard, never);
    await time.advance(30_000);
    expect(speaker.openings).toHaveLength(1);
    await time.advance(40_000);
    expect(speaker.openings).toHaveLength(2);
    expect((await first).complete && (await second).complete).toBe(true);
    await closed(player, time);
  });
});

async function closed(player: WarmPlayer, time: FakeTime): Promise<void> {
  const done = player.close();
  await time.advance(1_000);
  await done;
}
