import type { Bulletin } from '../../../shared/contract/api/bulletin.ts';
import type { PageQuery } from '../../../shared/contract/api/paging.ts';
import { found } from '../../domain/checks.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { type Listed, pageRows } from '../paging.ts';

export async function listBulletins(parts: Pick<ServerParts, 'store'>, page: PageQuery): Promise<Listed<Bulletin>> {
  return await pageRows(parts.store.repositories.bulletins, page);
}

/** @throws Fault `bulletin.unknown` */
export async function getBulletin(parts: Pick<ServerParts, 'store'>, id: string): Promise<Bulletin> {
  return found(await parts.store.repositories.bulletins.get(id), 'bulletin', id);
}
