import type { ServerParts } from '../../ports/parts.ts';

/** Ends the session, or revokes the API token, that this token is. One that is gone already is fine. */
export async function signOut(parts: Pick<ServerParts, 'store' | 'secrets' | 'clock'>, token: string): Promise<void> {
  const hash = parts.secrets.digest(token);
  await parts.store.transaction(async ({ users, audit }) => {
    const stored = await users.tokenByHash(hash);
    if (stored === null) return;
    await users.removeToken(stored.id);
    await audit.add({
      at: parts.clock.now(),
      actor: stored.userId,
      action: 'session.close',
      subject: stored.userId,
      detail: {},
    });
  });
}
