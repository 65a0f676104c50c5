import { z } from 'zod';
import { id, language, timeZone, weeklyWindow } from '../primitives.ts';

const volume = z.int().min(0).max(100);

/** What the box must keep to, whatever plan it is sent. */
export const configMessage = z
  .object({
    v: z.literal(1),
    agent: id,
    village: id,
    areas: z.array(id).max(32).describe('the village and its ancestors, nearest first: whose interrupts it obeys'),
    zone: timeZone,
    windows: z.array(weeklyWindow).max(50).describe('outside these the box is silent'),
    languages: z.array(language).max(20),
    volume: volume.describe('percent; 100 is full scale'),
    volumeMin: volume,
    volumeMax: volume,
    reporting: z.object({
      statusEverySeconds: z.int().min(5).max(3600),
      batchRecords: z.int().min(1).max(500),
    }),
  })
  .refine((config) => config.volumeMin <= config.volume && config.volume <= config.volumeMax, {
    path: ['volume'],
    message: 'must lie between volumeMin and volumeMax',
  });

export type ConfigMessage = z.infer<typeof configMessage>;
