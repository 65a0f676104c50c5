import { base32 } from '../../../shared/core/ids.ts';
import type { ServerParts } from '../../ports/parts.ts';
import { SYSTEM } from '../../ports/system.ts';
import { createUser } from './createUser.ts';

/**
 * On the first start, when there is nobody yet, creates `admin`.
 * @param given the operator's password; null: one is drawn
 * @returns the drawn password, to be shown once; null when there is nothing to show
 */
export async function ensureAdministrator(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random'>,
  given: string | null,
): Promise<string | null> {
  if ((await parts.store.repositories.users.page({ limit: 1 })).length > 0) return null;
  // 80 bits in groups of four, to be typed from a terminal.
  const drawn = base32(parts.random.bytes(10)).replace(/(.{4})(?!$)/g, '$1-');
  const password = given ?? drawn;
  await createUser(parts, SYSTEM, { username: 'admin', name: 'Quản trị viên', role: 'administrator', password });
  return given === null ? drawn : null;
}
