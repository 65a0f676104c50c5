import { z } from 'zod';
import { SKIP_REASONS } from '../messages/report.ts';
import { bulletinClass, durationMs, id, isoInstant, localDate, sha256 } from '../primitives.ts';
import { pageQuery } from './paging.ts';

/** How a planned play ended. `pending`: its time has not come; `unknown`: it has, and the box has not reported yet. */
export const OUTCOMES = ['played', 'partly', 'skipped', 'unknown', 'pending'] as const;

/** One planned play and what became of it. */
export const ledgerEntry = z.object({
  agentId: id,
  itemId: id,
  villageId: id,
  villageName: z.string(),
  day: localDate.describe('in the zone of the village'),
  at: isoInstant,
  durationMs,
  class: bulletinClass,
  ruleId: id,
  bulletinId: id,
  title: z.string(),
  campaignId: id.nullable(),
  themeId: id.nullable(),
  organisationId: id.nullable(),
  language: z.string(),
  clip: sha256,
  outcome: z.enum(OUTCOMES),
  reason: z.enum(SKIP_REASONS).nullable(),
  startedAt: isoInstant.nullable(),
  heardMs: durationMs,
});

export const ledgerFilter = z.object({
  from: localDate.optional().describe('first day'),
  to: localDate.optional().describe('last day'),
  area: id.optional().describe('the area and all that was below it when it was planned'),
  village: id.optional(),
  agent: id.optional(),
  campaign: id.optional(),
  theme: id.optional(),
  organisation: id.optional(),
  outcome: z.enum(OUTCOMES).optional(),
});

export const ledgerQuery = z.object({ ...ledgerFilter.shape, ...pageQuery.shape });

export const LEDGER_GROUPS = ['village', 'campaign', 'theme', 'organisation', 'day', 'total'] as const;
export const ledgerSummaryQuery = z.object({ ...ledgerFilter.shape, by: z.enum(LEDGER_GROUPS).default('total') });

/** planned = played + partly + skipped + unknown + pending, in each group and in the total. */
export const ledgerSum = z.object({
  key: z.string().nullable().describe('id or day of the group; null where the plays have none'),
  planned: z.int(),
  played: z.int(),
  partly: z.int(),
  skipped: z.int(),
  unknown: z.int(),
  pending: z.int(),
  plannedMs: z.int(),
  heardMs: z.int(),
});

export type LedgerEntry = z.infer<typeof ledgerEntry>;
export type LedgerFilter = z.infer<typeof ledgerFilter>;
export type LedgerGroup = (typeof LEDGER_GROUPS)[number];
export type LedgerSum = z.infer<typeof ledgerSum>;
export type Outcome = (typeof OUTCOMES)[number];
