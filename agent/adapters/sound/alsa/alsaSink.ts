import { spawn } from 'node:child_process';
import { SAMPLE_RATE } from '../../../domain/placement.ts';
import { SinkFault, type SinkStream, type SoundClock, type SoundLog, type SoundSink } from '../../../ports/sound.ts';
import { AlsaStream } from './alsaStream.ts';

const RING_MS = 200;
const PERIOD_MS = 20;
const OPEN_WITHIN_MS = 5_000;

export interface AlsaSinkParts {
  readonly clock: SoundClock;
  readonly log: SoundLog;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A device of ALSA, through its own player `aplay` (Debian: alsa-utils), which Node needs no native module for. */
export class AlsaSink implements SoundSink {
  readonly name: string;
  /** 200 ms in the device's ring, the rest in the pipe: the agent may be late by that much before there is a gap. */
  readonly leadMs = 400;
  readonly #device: string;
  readonly #parts: AlsaSinkParts;

  /** @param device an ALSA name, such as `plughw:0,0` or `default` */
  constructor(device: string, parts: AlsaSinkParts) {
    this.name = `alsa:${device}`;
    this.#device = device;
    this.#parts = parts;
  }

  async open(): Promise<SinkStream> {
    const { clock, log, env } = this.#parts;
    const format = ['-t', 'raw', '-f', 'S16_LE', '-r', String(SAMPLE_RATE), '-c', '1'];
    const ring = [`--buffer-time=${RING_MS * 1000}`, `--period-time=${PERIOD_MS * 1000}`];
    const child = spawn('aplay', [...format, ...ring, '-vvv', '-D', this.#device], {
      env: { ...env, LC_ALL: 'C', LANGUAGE: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const stream = new AlsaStream({ child, device: this.#device, clock, log, leadMs: this.leadMs });
    let late = false;
    const cancel = clock.after(OPEN_WITHIN_MS, () => {
      late = true;
      child.kill('SIGKILL');
    });
    try {
      await stream.start();
      return stream;
    } catch (cause) {
      if (!late) throw cause;
      const message = `${this.name} takes no samples within ${OPEN_WITHIN_MS / 1000} s; see what else uses the device`;
      throw new SinkFault('sinkStalled', message, { cause });
    } finally {
      cancel();
    }
  }
}
