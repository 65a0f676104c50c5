import type { Area, AreaQuery } from '../../../shared/contract/api/area.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { pageRows, slicePage } from '../paging.ts';

/** Areas by id: all of them, those right below one (`parent`, `top` for the top), or those that have or had a code. */
export async function listAreas(
  parts: Pick<ServerParts, 'store'>,
  { parent, code, limit, after }: AreaQuery,
): Promise<{ items: Area[]; next: string | null }> {
  const { areas } = parts.store.repositories;
  if (parent === undefined && code === undefined) return await pageRows(areas, { limit, after });
  const rows =
    code !== undefined ? await areas.byCode(code) : await areas.children(parent === 'top' ? null : (parent ?? null));
  const wanted = code === undefined || parent === undefined ? rows : rows.filter((row) => isUnder(row, parent));
  return slicePage(wanted, { limit, after });
}

const isUnder = (area: Area, parent: string): boolean => area.parentId === (parent === 'top' ? null : parent);

/** @throws Fault `area.unknown` */
export async function getArea(parts: Pick<ServerParts, 'store'>, areaId: string): Promise<Area> {
  return found(await parts.store.repositories.areas.get(areaId), 'area', areaId);
}
