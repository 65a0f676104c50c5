import { z } from 'zod';
import { bulletinClass, durationMs, id, instantMs, sha256, timeZone } from '../primitives.ts';

/** One planned play. Times are instants; the box does no calendar. */
export const planItem = z.object({
  id: id.describe('the same for the same rule, clip and instant in every compilation'),
  at: instantMs,
  durationMs: durationMs.min(1),
  clip: sha256,
  class: bulletinClass,
  rule: id,
  bulletin: id,
  campaign: id.nullable(),
  title: z.string().max(200),
  repeat: z.int().min(1).max(100),
});

/** What a box must fetch before the first item that names it. */
export const planClip = z.object({
  sha256,
  url: z.string().max(2000).describe("absolute, or a path below the server's own address"),
  bytes: z.int().min(1),
  durationMs: durationMs.min(1),
});

/**
 * The playlist of one box for the coming days: all of it, each time. Items are in order and do not overlap. An item
 * that was in the box's last plan and is not in this one is not played.
 */
export const planMessage = z
  .object({
    v: z.literal(1),
    agent: id,
    village: id,
    from: instantMs,
    until: instantMs,
    zone: timeZone,
    items: z.array(planItem).max(20_000),
    clips: z.array(planClip).max(5_000),
  })
  .superRefine((plan, context) => {
    const clips = new Set(plan.clips.map((clip) => clip.sha256));
    let end = 0;
    for (const [index, item] of plan.items.entries()) {
      if (item.at < end)
        context.addIssue({
          code: 'custom',
          path: ['items', index, 'at'],
          message: 'begins before the item ahead ends',
        });
      if (!clips.has(item.clip))
        context.addIssue({ code: 'custom', path: ['items', index, 'clip'], message: 'is not among the clips' });
      end = item.at + item.durationMs;
    }
  });

export type PlanMessage = z.infer<typeof planMessage>;
export type PlanClip = z.infer<typeof planClip>;
