import { Buffer } from 'node:buffer';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { msOf, peakOf, SAMPLE_RATE, samplesIn } from '../../../domain/placement.ts';
import { SinkFault, type SoundLog } from '../../../ports/sound.ts';
import type { FrameReceiver } from './pacedStream.ts';
import {
  decodeTimeline,
  encodeHeader,
  HEADER_BYTES,
  type Timeline,
  timelineFrom,
  timelineIndex,
  timelineInstant,
} from './waveHeader.ts';

/** Samples go to the file in blocks of at least this many: 40 ms. */
const BLOCK_SAMPLES = 1920;
const HEADER_EVERY_SAMPLES = SAMPLE_RATE;
/** A longer gap begins a new file: a hole of days helps nobody, and one from 1970 would not fit any disk. */
const LONGEST_GAP_MS = 86_400_000;
/** A restarted agent may find its clock this much behind the file's end: two readings of the system's clock differ. */
const CLOCK_SLACK_MS = 20;

/**
 * A WAV file that holds what a virtual loudspeaker played, on one timeline: sample n sounded at the timeline's instant
 * of n, also across restarts, because the time in between is a hole of silence in the file.
 */
export class WaveRecording implements FrameReceiver {
  /** The instant (Unix ms) of the first frame of this opening. */
  readonly firstInstant: number;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #timeline: Timeline;
  readonly #base: number;
  #block: Int16Array = new Int16Array(BLOCK_SAMPLES * 2);
  #blockFrame = 0;
  #blockLength = 0;
  #frames = 0;
  #headerFrames = 0;
  #writing: Promise<void> = Promise.resolve();
  #fault: SinkFault | null = null;

  private constructor(file: FileHandle, path: string, timeline: Timeline, base: number) {
    this.#file = file;
    this.#path = path;
    this.#timeline = timeline;
    this.#base = base;
    this.firstInstant = timelineInstant(timeline, base);
  }

  /** Begins the file, or goes on in one of ours. Rejects with `SinkFault` when it is somebody else's or not writable. */
  static async open(path: string, now: number, log: SoundLog): Promise<WaveRecording> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const { timeline, base } = (await resume(path, now, log)) ?? { timeline: timelineFrom(now), base: 0 };
      const file = await open(path, base === 0 ? 'w' : 'r+');
      const recording = new WaveRecording(file, path, timeline, base);
      recording.#saveHeader();
      await recording.#writing;
      if (recording.#fault !== null) throw recording.#fault;
      return recording;
    } catch (cause) {
      if (cause instanceof SinkFault) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SinkFault('sinkDenied', `cannot record into ${path}: ${reason}; give a writable path after file:`, {
        cause,
      });
    }
  }

  samples(frame: number, pcm: Int16Array): void {
    this.#frames = frame + pcm.length;
    let done = 0;
    while (done < pcm.length) {
      if (this.#blockLength === 0) this.#blockFrame = frame + done;
      const part = pcm.subarray(done, done + this.#block.length - this.#blockLength);
      this.#block.set(part, this.#blockLength);
      this.#blockLength += part.length;
      done += part.length;
      if (this.#blockLength === this.#block.length) this.#saveBlock();
    }
  }

  silence(frame: number, frames: number): void {
    this.#saveBlock();
    this.#frames = frame + frames;
  }

  tick(): void {
    if (this.#fault !== null) throw this.#fault;
    if (this.#blockLength >= BLOCK_SAMPLES) this.#saveBlock();
    if (this.#frames - this.#headerFrames >= HEADER_EVERY_SAMPLES) this.#saveHeader();
  }

  async close(): Promise<void> {
    this.#saveBlock();
    this.#saveHeader();
    await this.#writing;
    await this.#file.close();
  }

  /** Silence is not written: it is a hole in the file, and the file's length says how long. */
  #saveBlock(): void {
    const pcm = this.#block.subarray(0, this.#blockLength);
    this.#blockLength = 0;
    if (peakOf(pcm) === 0) return;
    const bytes = Buffer.from(new Int16Array(pcm).buffer);
    const position = HEADER_BYTES + (this.#base + this.#blockFrame) * 2;
    this.#then(async () => {
      await this.#file.write(bytes, 0, bytes.length, position);
    });
  }

  #saveHeader(): void {
    this.#headerFrames = this.#frames;
    const dataBytes = (this.#base + this.#frames - this.#blockLength) * 2;
    const header = encodeHeader(this.#timeline, dataBytes);
    this.#then(async () => {
      await this.#file.truncate(HEADER_BYTES + dataBytes);
      await this.#file.write(header, 0, header.length, 0);
    });
  }

  #then(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#fault ??= new SinkFault('sinkLost', `recording into ${this.#path} failed: ${reason}`, { cause });
    });
  }
}

/** Where to go on in a file of ours; null when there is no file, or when a new one must begin (the old is kept). */
async function resume(path: string, now: number, log: SoundLog): Promise<{ timeline: Timeline; base: number } | null> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw cause;
  });
  if (found === null || found.size === 0) return null;
  const timeline = found.isFile() ? await readTimeline(path) : null;
  if (timeline === null) {
    throw new SinkFault(
      'sinkDenied',
      `${path} exists and is not a recording made by this program; it is left as it is. Give another path after file:, or move it away`,
    );
  }
  const recorded = Math.floor((found.size - HEADER_BYTES) / 2);
  const base = timelineIndex(timeline, now);
  const behind = recorded - base;
  if (behind > samplesIn(CLOCK_SLACK_MS) || msOf(-behind) > LONGEST_GAP_MS) {
    const kept = `${path.replace(/\.wav$/i, '')}.until-${Math.round(timelineInstant(timeline, recorded))}.wav`;
    await rename(path, kept);
    const why = behind > 0 ? 'the clock was set back' : 'it ended more than a day ago';
    log.warn({ path, kept }, `began a new recording because ${why}; the old one is kept`);
    return null;
  }
  return { timeline, base: Math.max(base, recorded) };
}

async function readTimeline(path: string): Promise<Timeline | null> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(head, 0, HEADER_BYTES, 0);
    return decodeTimeline(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
