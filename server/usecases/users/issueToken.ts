import type { User } from '../../../shared/contract/api/user.ts';
import { base32, makeId } from '../../../shared/core/ids.ts';
import { DAY } from '../../../shared/core/time.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { StoredToken } from '../../ports/store.ts';

/** Makes a bearer token for a script, with the rights of its user. The secret is in the answer and nowhere else. */
export async function issueToken(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random'>,
  user: User,
  input: { name: string; days: number },
): Promise<StoredToken & { readonly token: string }> {
  const now = parts.clock.now();
  const token = `lb_${base32(parts.random.bytes(32))}`;
  const stored: StoredToken = {
    id: makeId('token', parts.random.bytes(10)),
    userId: user.id,
    kind: 'api',
    name: input.name,
    hash: parts.secrets.digest(token),
    createdAt: now,
    expiresAt: now + input.days * DAY,
  };
  await parts.store.transaction(async ({ users, audit }) => {
    await users.addToken(stored);
    await audit.add({
      at: now,
      actor: user.id,
      action: 'token.issue',
      subject: stored.id,
      detail: { name: stored.name, days: input.days },
    });
  });
  return { ...stored, token };
}
