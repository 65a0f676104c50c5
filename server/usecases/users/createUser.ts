import type { NewUser, User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';
import { makeId } from '../../../shared/core/ids.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { Actor } from '../../ports/system.ts';

/** Adds a person. @throws Fault `user.usernameTaken` */
export async function createUser(
  parts: Pick<ServerParts, 'store' | 'secrets' | 'clock' | 'random'>,
  actor: Actor,
  input: NewUser,
): Promise<User> {
  // Hashing takes its time, so it is done before the transaction.
  const hash = await parts.secrets.hashPassword(input.password);
  const user: User = {
    id: makeId('user', parts.random.bytes(10)),
    username: input.username,
    name: input.name,
    role: input.role,
    createdAt: parts.clock.now(),
  };
  await parts.store.transaction(async ({ users, audit }) => {
    if ((await users.byUsername(user.username)) !== null) {
      throw new Fault('conflict', 'user.usernameTaken', `There is a user named ${user.username} already.`, [
        { field: 'username', message: 'is taken: choose another one' },
      ]);
    }
    await users.insert(user);
    await users.putPasswordHash(user.id, hash);
    await audit.add({
      at: user.createdAt,
      actor: actor.id,
      action: 'user.create',
      subject: user.id,
      detail: { username: user.username, role: user.role },
    });
  });
  return user;
}
