import { z } from 'zod';
import { id, label, language, localDate } from '../primitives.ts';
import { pageQuery } from './paging.ts';

/** The kind of area that has boxes. All other kinds are free words: the tree has any depth and no fixed levels. */
export const VILLAGE_KIND = 'village';

const position = z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });

const fields = {
  code: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'must be 1 to 32 letters, digits, dots, hyphens or underscores'),
  name: label(200),
  kind: z.string().regex(/^[a-z][a-z-]{0,31}$/, 'must be a word in lower case, such as province, commune or village'),
  parentId: id.nullable(),
  validFrom: localDate,
  validTo: localDate.nullable().describe('last day of validity; null: still valid'),
  languages: z.array(language).max(20).describe('understood here, best first; empty: those of the area above'),
  position: position.nullable(),
};

export const area = z.object({
  id,
  ...fields,
  formerNames: z.array(z.object({ name: label(200), until: localDate })).describe('oldest first'),
  formerParents: z.array(z.object({ parentId: id.nullable(), until: localDate })).describe('oldest first'),
});

export const newArea = z.object({
  ...fields,
  parentId: fields.parentId.default(null),
  validTo: fields.validTo.default(null),
  languages: fields.languages.default([]),
  position: fields.position.default(null),
});

/** A rename keeps the old name as a former one. Moving has a request of its own. */
export const areaChange = z
  .object({ name: fields.name, validTo: fields.validTo, languages: fields.languages, position: fields.position })
  .partial();

export const areaMove = z.object({
  parentId: id.nullable(),
  from: localDate.describe('first day under the new parent; the old one is kept in formerParents'),
});

/** Which areas to list; none of the filters: all. `top` is no id that an area can have: those have a prefix. */
export const areaQuery = z.object({
  parent: id.optional().describe('only those right below this area; `top`: those at the top'),
  code: fields.code.optional().describe('only those that have this code, also the ended ones'),
  ...pageQuery.shape,
});

export type Area = z.infer<typeof area>;
export type NewArea = z.infer<typeof newArea>;
export type AreaChange = z.infer<typeof areaChange>;
export type AreaMove = z.infer<typeof areaMove>;
export type AreaQuery = z.infer<typeof areaQuery>;
