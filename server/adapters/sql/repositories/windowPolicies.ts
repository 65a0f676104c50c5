import { windowPolicy } from '../../../../shared/contract/api/windowPolicy.ts';
import type { WindowPolicyRepository } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import type { Session } from '../session.ts';

export function windowPolicyRepository({ db }: Session): WindowPolicyRepository {
  return {
    async get(areaId) {
      const row = await db.selectFrom('window_policy').selectAll().where('area_id', '=', areaId).executeTakeFirst();
      return row ? fromJson(windowPolicy, row.policy) : null;
    },
    async all() {
      const rows = await db.selectFrom('window_policy').selectAll().orderBy('area_id').execute();
      return rows.map((row) => ({ areaId: row.area_id, policy: fromJson(windowPolicy, row.policy) }));
    },
    async put(areaId, policy) {
      const text = JSON.stringify(policy);
      await db
        .insertInto('window_policy')
        .values({ area_id: areaId, policy: text })
        .onConflict((conflict) => conflict.column('area_id').doUpdateSet({ policy: text }))
        .execute();
    },
    async remove(areaId) {
      const { numDeletedRows } = await db
        .deleteFrom('window_policy')
        .where('area_id', '=', areaId)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}
