import { Buffer } from 'node:buffer';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { msOf, SAMPLES_PER_MS, samplesIn } from '../../../domain/placement.ts';
import { SinkFault, type SinkStream, type SinkTiming, type SoundClock, type SoundLog } from '../../../ports/sound.ts';
import { AplayReport } from './aplayReport.ts';
import { RingPosition } from './ringPosition.ts';

/** A player whose standard input takes samples and whose standard error reports. */
export type AplayChild = ChildProcessByStdio<Writable, null, Readable>;

const CLOSE_WITHIN_MS = 700;

export interface AlsaStreamParts {
  readonly child: AplayChild;
  readonly device: string;
  readonly clock: SoundClock;
  readonly log: SoundLog;
  readonly leadMs: number;
}

/**
 * One run of `aplay`. It says each time when the device's ring took a piece, and the ring is full then: so the count of
 * accepted samples, less the ring's length, is what has sounded, as the device's own interrupts pace it.
 */
export class AlsaStream implements SinkStream {
  readonly #parts: AlsaStreamParts;
  readonly #report = new AplayReport();
  #position: RingPosition | null = null;
  #written = 0;
  #taken = 0;
  #underruns = 0;
  #fault: SinkFault | null = null;
  #closed = false;
  #ended = false;
  #waiting = new Set<() => void>();

  constructor(parts: AlsaStreamParts) {
    this.#parts = parts;
    const { child } = parts;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => this.#read(text));
    child.on('error', (cause: NodeJS.ErrnoException) => this.#fail(spawnFault(cause)));
    child.on('close', () => this.#end());
    // A broken pipe means that aplay ended; 'close' tells why.
    child.stdin.on('error', () => undefined);
  }

  /** Resolves when the device plays silence and its position is known. */
  async start(): Promise<void> {
    while (this.#position === null && this.#fault === null) await this.#wait(100);
    if (this.#fault === null) this.#send(new Int16Array(samplesIn(this.#parts.leadMs)));
    while (this.#position?.best(this.#parts.clock.monotonic()) === null && this.#fault === null) await this.#wait(100);
    if (this.#fault !== null) throw this.#fault;
  }

  get written(): number {
    return this.#written;
  }

  get underruns(): number {
    return this.#underruns;
  }

  taken(): number {
    return Math.min(this.#taken, this.#written);
  }

  timing(): SinkTiming {
    this.#noticeDry();
    const { clock, leadMs } = this.#parts;
    const now = clock.monotonic();
    const best = this.#position?.best(now) ?? null;
    if (best === null) return { sample: this.#written, instant: clock.wallAt(now) + leadMs, uncertaintyMs: leadMs };
    return { sample: best.sample, instant: clock.wallAt(best.at), uncertaintyMs: best.uncertaintyMs };
  }

  async write(pcm: Int16Array): Promise<void> {
    if (this.#fault !== null) throw this.#fault;
    if (this.#closed) return;
    this.#noticeDry();
    this.#send(pcm);
    const now = this.#parts.clock.monotonic();
    const best = this.#position?.best(now) ?? null;
    // Where the position is not known for a moment, the pace of real time keeps the lead as it is.
    const excess =
      best === null
        ? pcm.length
        : this.#written - best.sample - (now - best.at) * SAMPLES_PER_MS - samplesIn(this.#parts.leadMs);
    if (excess > 0) await this.#wait(msOf(excess));
    if (this.#fault !== null) throw this.#fault;
  }

  /** aplay takes nothing back: what it has will sound, so a stop is late by the lead. */
  async flush(): Promise<number> {
    this.#wakeAll();
    return this.#written;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { child } = this.#parts;
    child.stdin.end();
    const deadline = this.#parts.clock.monotonic() + CLOSE_WITHIN_MS;
    while (!this.#ended && this.#parts.clock.monotonic() < deadline) await this.#wait(CLOSE_WITHIN_MS);
    if (!this.#ended) child.kill('SIGKILL');
    this.#wakeAll();
  }

  /** A position beyond what was written says that the ring is empty; aplay itself notices with the next piece only. */
  #noticeDry(): void {
    const now = this.#parts.clock.monotonic();
    const best = this.#position?.best(now) ?? null;
    if (best === null || this.#position?.rough === true) return;
    if (best.sample + (now - best.at) * SAMPLES_PER_MS <= this.#written) return;
    this.#position?.emptied(now, this.#written);
  }

  #send(pcm: Int16Array): void {
    // A copy: the pipe may hold on to it after the writer has used its array again.
    this.#parts.child.stdin.write(Buffer.from(new Int16Array(pcm).buffer));
    this.#written += pcm.length;
  }

  #read(text: string): void {
    const now = this.#parts.clock.monotonic();
    for (const note of this.#report.read(text)) {
      if (note.kind === 'setup') this.#position ??= new RingPosition(note.bufferFrames);
      else if (note.kind === 'accepted') this.#position?.accepted(note.samples, now);
      else {
        this.#underruns += 1;
        // What is in the pipe fills the ring now.
        this.#position?.emptied(now, this.#position.acceptedSamples);
        this.#parts.log.warn({ sink: this.#parts.device, underruns: this.#underruns }, 'the sound device ran dry');
      }
    }
    this.#taken = Math.max(this.#taken, this.#position?.sounded() ?? 0);
    if (this.#position !== null && !this.#closed && this.#taken === 0) this.#wakeAll();
  }

  #end(): void {
    this.#ended = true;
    this.#report.end();
    this.#fail(deviceFault(this.#parts.device, this.#report.complaint, this.#position !== null));
  }

  #fail(fault: SinkFault): void {
    this.#fault ??= fault;
    this.#wakeAll();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(ms, () => done());
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function spawnFault(cause: NodeJS.ErrnoException): SinkFault {
  const remedy = cause.code === 'ENOENT' ? 'install alsa-utils (it has aplay)' : cause.message;
  return new SinkFault('sinkMissing', `aplay cannot be run: ${remedy}`, { cause });
}

/** What an operator should do about aplay's own words. */
export function deviceFault(device: string, complaint: string, wasPlaying: boolean): SinkFault {
  const said = complaint === '' ? 'aplay ended' : complaint;
  if (/busy/i.test(complaint)) {
    return new SinkFault('sinkBusy', `alsa:${device} is used by another program; end it (${said})`);
  }
  if (/permission denied/i.test(complaint)) {
    return new SinkFault('sinkDenied', `alsa:${device} may not be used; add the agent's user to group audio (${said})`);
  }
  if (wasPlaying) return new SinkFault('sinkLost', `alsa:${device} went away; see that it is plugged in (${said})`);
  return new SinkFault('sinkMissing', `alsa:${device} cannot be opened; 'aplay -L' lists what there is (${said})`);
}
