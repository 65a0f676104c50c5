import type { User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** Revokes one of one's own tokens. @throws Fault `notFound` for an unknown one, and for somebody else's */
export async function revokeToken(
  parts: Pick<ServerParts, 'store' | 'clock'>,
  user: User,
  tokenId: string,
): Promise<void> {
  await parts.store.transaction(async ({ users, audit }) => {
    const own = (await users.tokensOf(user.id)).find((token) => token.id === tokenId && token.kind === 'api');
    if (own === undefined) {
      throw new Fault('notFound', 'token.unknown', `You have no token ${tokenId}.`, [
        { field: 'id', message: 'must be the id of one of your tokens' },
      ]);
    }
    await users.removeToken(own.id);
    const at = parts.clock.now();
    await audit.add({ at, actor: user.id, action: 'token.revoke', subject: own.id, detail: { name: own.name } });
  });
}
