import type { User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';
import type { LoginThrottle } from '../../domain/loginThrottle.ts';
import type { ServerParts } from '../../ports/parts.ts';

/**
 * Changes one's own password and ends all of one's sessions; tokens for scripts stay.
 * @throws Fault `user.wrongPassword` when the present password is not given rightly; `tooMany` after repeated failures
 */
export async function changePassword(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock'> & { readonly throttle: LoginThrottle },
  user: User,
  input: { current: string; password: string },
): Promise<void> {
  const now = parts.clock.now();
  const key = `password|${user.id}`;
  const waitMs = parts.throttle.waitMs(key, now);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new Fault('tooMany', 'user.tooMany', `Too many failed attempts; try again in ${seconds} s.`, [], {
      retryAfterSeconds: seconds,
    });
  }
  parts.throttle.failed(key, now);
  const stored = await parts.store.repositories.users.passwordHash(user.id);
  if (stored === null || !(await parts.secrets.verifyPassword(input.current, stored))) {
    throw new Fault('invalid', 'user.wrongPassword', 'The present password is not right.', [
      { field: 'current', message: 'must be your present password' },
    ]);
  }
  parts.throttle.succeeded(key);
  const hash = await parts.secrets.hashPassword(input.password);
  await parts.store.transaction(async ({ users, audit }) => {
    await users.putPasswordHash(user.id, hash);
    for (const token of await users.tokensOf(user.id)) {
      if (token.kind === 'session') await users.removeToken(token.id);
    }
    await audit.add({ at: now, actor: user.id, action: 'user.changePassword', subject: user.id, detail: {} });
  });
}
