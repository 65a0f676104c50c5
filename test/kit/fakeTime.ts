import type { SoundClock } from '../../agent/ports/sound.ts';

interface Alarm {
  readonly due: number;
  readonly work: () => void;
}

/** Time that moves only when a test says so: a steady clock, timers, and a system clock that can be set. */
export class FakeTime implements SoundClock {
  #steady = 0;
  #offset: number;
  #alarms: Alarm[] = [];

  /** @param wall what the system's clock says at the beginning, Unix ms */
  constructor(wall = Date.UTC(2026, 1, 17, 5, 0, 0)) {
    this.#offset = wall;
  }

  monotonic(): number {
    return this.#steady;
  }

  wallAt(monotonic: number): number {
    return monotonic + this.#offset;
  }

  now(): number {
    return this.wallAt(this.#steady);
  }

  /** Sets the system's clock forward (or back) by so many ms. */
  step(ms: number): void {
    this.#offset += ms;
  }

  after(ms: number, work: () => void): () => void {
    const alarm = { due: this.#steady + Math.max(0, ms), work };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Lets time pass: each timer fires at its time, `late` ms after it was due, and what it starts runs to its end. */
  async advance(ms: number, late: () => number = () => 0): Promise<void> {
    const end = this.#steady + ms;
    await settled();
    for (;;) {
      const next = this.#alarms.reduce<Alarm | null>((a, b) => (a === null || b.due < a.due ? b : a), null);
      if (next === null || next.due > end) break;
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      this.#steady = Math.max(this.#steady, next.due + late());
      next.work();
      await settled();
    }
    this.#steady = Math.max(this.#steady, end);
    await settled();
  }
}

/** Promises that follow from what was done have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
