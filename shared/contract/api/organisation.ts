import { z } from 'zod';
import { id, label } from '../primitives.ts';

const fields = { name: label(300), shortName: label(60).nullable(), areaId: id.nullable() };

/** A body that supplies content (đơn vị cung cấp nội dung): a union, a department, a school. */
export const organisation = z.object({ id, ...fields });
export const newOrganisation = z.object({
  ...fields,
  shortName: fields.shortName.default(null),
  areaId: fields.areaId.default(null),
});
export const organisationChange = z.object(fields).partial();

export type Organisation = z.infer<typeof organisation>;
export type NewOrganisation = z.infer<typeof newOrganisation>;
export type OrganisationChange = z.infer<typeof organisationChange>;
