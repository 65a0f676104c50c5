import { z } from 'zod';
import { id, label, localDate } from '../primitives.ts';

const fields = {
  name: label(300),
  documentNumber: label(60).nullable().describe('of the plan (kế hoạch), such as 128/KH-UBND; null while it is blank'),
  issuer: label(300).nullable(),
  from: localDate,
  to: localDate,
  movements: z.array(label(200)).max(50).describe('emulation movements (phong trào thi đua) it belongs to'),
  areaIds: z.array(id).min(1, 'name at least one target area').max(1000),
  organisationIds: z.array(id).max(100),
};

export const theme = z.object({ id, name: label(300) });

export const campaign = z.object({ id, ...fields, themes: z.array(theme) });

export const newCampaign = z
  .object({
    ...fields,
    documentNumber: fields.documentNumber.default(null),
    issuer: fields.issuer.default(null),
    movements: fields.movements.default([]),
    organisationIds: fields.organisationIds.default([]),
    themes: z.array(label(300)).max(100).default([]).describe('names; ids are given'),
  })
  .refine((value) => value.from <= value.to, { path: ['to'], message: 'must not be before `from`' });

export const campaignChange = z
  .object({
    ...fields,
    themes: z
      .array(z.object({ id: id.optional(), name: label(300) }))
      .max(100)
      .describe('all of them; without id: new'),
  })
  .partial();

export type Campaign = z.infer<typeof campaign>;
export type Theme = z.infer<typeof theme>;
export type NewCampaign = z.infer<typeof newCampaign>;
export type CampaignChange = z.infer<typeof campaignChange>;
