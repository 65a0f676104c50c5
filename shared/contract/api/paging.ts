import { z } from 'zod';

/** Lists are paged by a cursor that the answer gives; the default page is small enough for a phone. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().max(200).optional().describe('`next` of the page before'),
});

export type PageQuery = z.infer<typeof pageQuery>;

/** A page of `item`s; `next` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
