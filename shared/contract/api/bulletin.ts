import { z } from 'zod';
import { bulletinClass, id, label, paragraphs } from '../primitives.ts';

const fields = {
  title: label(200),
  class: bulletinClass,
  campaignId: id.nullable(),
  themeId: id.nullable(),
  organisationId: id.nullable().describe('who supplied the content'),
  areaId: id.describe('whose bulletin it is'),
  text: paragraphs(50_000),
};

/** What is said (bản tin). Its recordings are clips, one a language. */
export const bulletin = z.object({ id, ...fields });
export const newBulletin = z.object({
  ...fields,
  class: fields.class.default('normal'),
  campaignId: fields.campaignId.default(null),
  themeId: fields.themeId.default(null),
  organisationId: fields.organisationId.default(null),
  text: fields.text.default(''),
});
export const bulletinChange = z.object(fields).partial();

export type Bulletin = z.infer<typeof bulletin>;
export type NewBulletin = z.infer<typeof newBulletin>;
export type BulletinChange = z.infer<typeof bulletinChange>;
