import { z } from 'zod';
import { id, timeZone, weeklyWindow } from '../primitives.ts';

/** Broadcast windows and volume of an area and, unless they say otherwise, of the areas below it. */
export const windowPolicy = z.object({
  windows: z.array(weeklyWindow).max(50).describe('none: silent all week'),
  volume: z.int().min(0).max(100).default(80),
  volumeMin: z.int().min(0).max(100).default(0),
  volumeMax: z.int().min(0).max(100).default(100),
  zone: timeZone.nullable().default(null).describe("null: the zone of the area above, at the top the server's own"),
});

/** What holds in an area, and which area's policy that is (null: nobody set one, so the area is silent). */
export const effectiveWindowPolicy = z.object({
  areaId: id,
  setBy: id.nullable(),
  policy: windowPolicy,
});

export type WindowPolicy = z.infer<typeof windowPolicy>;
export type EffectiveWindowPolicy = z.infer<typeof effectiveWindowPolicy>;
