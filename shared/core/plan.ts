import { sha256Hex } from './canonical.ts';
import { base32 } from './ids.ts';
import type { Instant } from './time.ts';

/** The classes of Circular 39/2020/TT-BTTTT, low to high. */
export const BULLETIN_CLASSES = ['normal', 'priority', 'emergency'] as const;
export type BulletinClass = (typeof BULLETIN_CLASSES)[number];

/** Rank for comparison: a higher number goes first. */
export function classRank(bulletinClass: BulletinClass): number {
  return BULLETIN_CLASSES.indexOf(bulletinClass);
}

/** What a box needs of one planned play, and what its report names. */
export interface PlanItem {
  /** The same for the same rule, clip and instant in every compilation, so that a recompile moves nothing. */
  readonly id: string;
  readonly at: Instant;
  readonly durationMs: number;
  /** sha256 of the clip's audio. */
  readonly clip: string;
  readonly class: BulletinClass;
  readonly rule: string;
  readonly bulletin: string;
  readonly campaign: string | null;
  readonly title: string;
  /** 1 for the first play of a rule's time, 2 for its first repeat, ... */
  readonly repeat: number;
}

/** Id of a planned play: 80 bits of a hash over what makes it that play. Collisions among a village's items are out of reach. */
export function planItemId(rule: string, clip: string, at: Instant): string {
  return base32(Buffer.from(sha256Hex(`${rule}|${clip}|${at}`).slice(0, 20), 'hex'));
}

/** The item that sounds at an instant, or null in silence. Items must be sorted by `at` and not overlap. */
export function playingAt<T extends { readonly at: Instant; readonly durationMs: number }>(
  items: readonly T[],
  instant: Instant,
): T | null {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.at ?? 0) <= instant) low = middle + 1;
    else high = middle;
  }
  const candidate = items[low - 1];
  return candidate && instant < candidate.at + candidate.durationMs ? candidate : null;
}

/** The first item that begins at or after an instant, or null. Items must be sorted by `at`. */
export function nextFrom<T extends { readonly at: Instant }>(items: readonly T[], instant: Instant): T | null {
  return items.find((item) => item.at >= instant) ?? null;
}
