import type { User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { base32, makeId } from '../../../shared/core/ids.ts';
import { DAY, type Instant } from '../../../shared/core/time.ts';
import type { LoginThrottle } from '../../domain/loginThrottle.ts';
import type { ServerParts } from '../../ports/parts.ts';

/** A week: the screen on the wall stays signed in over a holiday, a lost phone does not for long. */
export const SESSION_MS = 7 * DAY;

export type SignInParts = Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random' | 'log'> & {
  readonly throttle: LoginThrottle;
  /** Hash of a password that nobody has: verified for unknown names, so that they take as long as known ones. */
  readonly decoyHash: string;
};

export interface SignInInput {
  readonly username: string;
  readonly password: string;
  /** Address of the caller. */
  readonly remote: string;
}

/**
 * Opens a session. Wrong names and wrong passwords are told apart neither by words nor by time.
 * @throws Fault `unauthenticated`, or `tooMany` with the seconds to wait after repeated failures
 */
export async function signIn(
  parts: SignInParts,
  input: SignInInput,
): Promise<{ token: string; expiresAt: Instant; user: User }> {
  const { store, secrets, throttle } = parts;
  const now = parts.clock.now();
  const username = input.username.trim().toLowerCase();
  const key = `${username}|${input.remote}`;
  const waitMs = throttle.waitMs(key, now);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new Fault('tooMany', 'session.tooMany', `Too many failed attempts; try again in ${seconds} s.`, [], {
      retryAfterSeconds: seconds,
    });
  }
  // Counted before the slow check, so that attempts sent all at once are not all free.
  throttle.failed(key, now);
  const user = await store.repositories.users.byUsername(username);
  const hash = user === null ? null : await store.repositories.users.passwordHash(user.id);
  const fits = await secrets.verifyPassword(input.password, hash ?? parts.decoyHash);
  if (user === null || hash === null || !fits) {
    parts.log.warn('sign-in refused', { username, remote: input.remote });
    throw new Fault('unauthenticated', 'session.refused', 'The user name or the password is wrong.');
  }
  throttle.succeeded(key);
  const token = base32(parts.random.bytes(32));
  const expiresAt = now + SESSION_MS;
  await store.transaction(async ({ users, audit }) => {
    await users.removeExpiredTokens(now);
    await users.addToken({
      id: makeId('token', parts.random.bytes(10)),
      userId: user.id,
      kind: 'session',
      name: 'session',
      hash: secrets.digest(token),
      createdAt: now,
      expiresAt,
    });
    await audit.add({
      at: now,
      actor: user.id,
      action: 'session.open',
      subject: user.id,
      detail: { remote: input.remote },
    });
  });
  return { token, expiresAt, user };
}
