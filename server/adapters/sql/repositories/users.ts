import type { User } from '../../../../shared/contract/api/user.ts';
import type { StoredToken, UserRepository } from '../../../ports/store.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { UserRow, UserTokenRow } from '../tables.ts';

export function userRepository({ db }: Session): UserRepository {
  const tokens = () => db.selectFrom('user_token').selectAll().orderBy('created_at').orderBy('id');
  return {
    ...rowsById(db, 'user_account', toRow, fromRow),
    async byUsername(username) {
      const row = await db.selectFrom('user_account').selectAll().where('username', '=', username).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
    async passwordHash(userId) {
      const row = await db.selectFrom('user_password').select('hash').where('user_id', '=', userId).executeTakeFirst();
      return row?.hash ?? null;
    },
    async putPasswordHash(userId, hash) {
      await db
        .insertInto('user_password')
        .values({ user_id: userId, hash })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ hash }))
        .execute();
    },
    async addToken({ id, userId: user_id, kind, name, hash, createdAt: created_at, expiresAt: expires_at }) {
      await db.insertInto('user_token').values({ id, user_id, kind, name, hash, created_at, expires_at }).execute();
    },
    async tokenByHash(hash) {
      const row = await tokens().where('hash', '=', hash).executeTakeFirst();
      return row ? tokenOf(row) : null;
    },
    async tokensOf(userId) {
      return (await tokens().where('user_id', '=', userId).execute()).map(tokenOf);
    },
    async removeToken(id) {
      const { numDeletedRows } = await db.deleteFrom('user_token').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    async removeExpiredTokens(now) {
      const gone = db.deleteFrom('user_token').where('expires_at', '<=', now);
      return Number((await gone.executeTakeFirstOrThrow()).numDeletedRows);
    },
  };
}

function tokenOf(row: UserTokenRow): StoredToken {
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    name: row.name,
    hash: row.hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function toRow(value: User): UserRow {
  return { id: value.id, username: value.username, name: value.name, role: value.role, created_at: value.createdAt };
}

function fromRow(row: UserRow): User {
  return { id: row.id, username: row.username, name: row.name, role: row.role, createdAt: row.created_at };
}
