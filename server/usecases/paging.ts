import type { Page } from '../ports/paging.ts';
import type { Repository } from '../ports/store.ts';

export interface Listed<T> {
  readonly items: T[];
  /** What to give as `after` for the next page; null on the last one. */
  readonly next: string | null;
}

/** A page of a repository's rows, by id. */
export async function pageRows<T extends { readonly id: string }>(
  rows: Pick<Repository<T>, 'page'>,
  page: Page,
): Promise<Listed<T>> {
  // One more than asked for tells whether there is a next page.
  return cut(await rows.page({ ...page, limit: page.limit + 1 }), page.limit);
}

/** A page of rows that are at hand, by id. */
export function slicePage<T extends { readonly id: string }>(rows: readonly T[], { limit, after }: Page): Listed<T> {
  const sorted = rows.filter(({ id }) => after === undefined || id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  return cut(sorted.slice(0, limit + 1), limit);
}

function cut<T extends { readonly id: string }>(rows: T[], limit: number): Listed<T> {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
