import { z } from 'zod';
import { planItem } from '../messages/plan.ts';
import { id, isoInstant } from '../primitives.ts';

/** Why a planned time of a rule is not in a village's plan. */
export const LEFT_OUT_REASONS = [
  'outsideWindow',
  'noApprovedClip',
  'clash',
  'languageMissing',
  'campaignEnded',
] as const;

export const leftOut = z.object({
  rule: id,
  bulletin: id,
  at: isoInstant,
  repeat: z.int(),
  reason: z.enum(LEFT_OUT_REASONS),
  detail: z.string(),
});

/** A village's coming days as the server has compiled them. */
export const villagePlan = z.object({
  villageId: id,
  agentId: id.nullable(),
  seq: z.int(),
  from: isoInstant,
  until: isoInstant,
  items: z.array(z.object({ ...planItem.shape, at: isoInstant, fallbackLanguage: z.string().nullable() })),
  leftOut: z.array(leftOut),
});

export type LeftOut = z.infer<typeof leftOut>;
export type VillagePlan = z.infer<typeof villagePlan>;
