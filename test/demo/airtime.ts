import type { ServerProcess } from '../kit/stack.ts';
import { type PlacedBulletin, scheduleAt, type World } from '../kit/world.ts';

/** Silence between two bulletins. */
const GAP_MS = 4_000;
/** From the making of a rule to its sound, in ms: time for three boxes to fetch their clips. */
export const LEAD_MS = 12_000;

const slot = (bulletin: PlacedBulletin): number => Math.ceil(bulletin.durationMs / 1000) * 1000 + GAP_MS;

/** Puts bulletins one behind the other. */
export class Airtime {
  readonly first: number;
  readonly #server: ServerProcess;
  readonly #world: World;
  #next: number;

  constructor(server: ServerProcess, world: World, first: number) {
    this.#server = server;
    this.#world = world;
    this.first = first;
    this.#next = first;
  }

  async add(bulletin: PlacedBulletin): Promise<void> {
    // Never so soon that a box has no time to fetch it.
    const at = Math.max(this.#next, Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000);
    this.#next = at + slot(bulletin);
    await scheduleAt(this.#server.api, bulletin.id, [this.#world.communeId], [at]);
  }

  /** All of them again and again, until an hour after the first sound. */
  async repeat(bulletins: readonly PlacedBulletin[]): Promise<void> {
    const cycle = bulletins.reduce((sum, bulletin) => sum + slot(bulletin), 0);
    const rounds = Math.max(1, Math.ceil((this.first + 3_600_000 - this.#next) / cycle));
    for (const bulletin of bulletins) {
      const start = this.#next;
      const times = Array.from({ length: rounds }, (_, round) => start + round * cycle);
      await scheduleAt(this.#server.api, bulletin.id, [this.#world.communeId], times);
      this.#next += slot(bulletin);
    }
  }
}
