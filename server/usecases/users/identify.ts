import type { User } from '../../../shared/contract/api/user.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** Whose bearer token or session this is; null when it is unknown or has expired. */
export async function identify(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock'>,
  token: string,
): Promise<User | null> {
  const { users } = parts.store.repositories;
  const stored = await users.tokenByHash(parts.secrets.digest(token));
  if (stored === null || stored.expiresAt <= parts.clock.now()) return null;
  return users.get(stored.userId);
}
