import { z } from 'zod';
import { id, instantMs } from '../primitives.ts';

/** How a box is. Retained, so that whoever looks sees the last word; the last will is `online: false` and no more. */
export const statusMessage = z.discriminatedUnion('online', [
  z.object({
    v: z.literal(1),
    agent: id,
    online: z.literal(true),
    at: instantMs,
    versions: z.object({ agent: z.string().max(40), node: z.string().max(40), protocol: z.int() }),
    startedAt: instantMs,
    planSeq: z.int().min(0).describe('0: holds no plan'),
    configSeq: z.int().min(0),
    nextWindow: z
      .object({
        from: instantMs,
        items: z.int().min(0),
        clips: z.int().min(0),
        clipsReady: z.int().min(0),
      })
      .nullable()
      .describe('readiness for the next window that has items; null: none in the plan'),
    playing: z.object({ item: id, title: z.string().max(200), since: instantMs }).nullable(),
    clock: z.object({ trusted: z.boolean(), source: z.string().max(40) }),
    disk: z.object({ freeBytes: z.int().min(0), totalBytes: z.int().min(0) }).nullable(),
    temperature: z.number().min(-60).max(150).nullable().describe('degrees Celsius'),
    volume: z.int().min(0).max(100),
    sink: z.string().max(200),
    faults: z.array(z.object({ code: z.string().max(60), detail: z.string().max(300) })).max(20),
    rejected: z.int().min(0).describe('messages dropped since start: signature, subject, expiry or age'),
    unreported: z.int().min(0).describe('records not yet covered by a receipt'),
  }),
  z.object({ v: z.literal(1), agent: id, online: z.literal(false) }),
]);

export type StatusMessage = z.infer<typeof statusMessage>;
export type OnlineStatus = Extract<StatusMessage, { online: true }>;
