import { auditEntry } from '../../../../shared/contract/api/audit.ts';
import type { AuditRepository } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import type { Session } from '../session.ts';

export function auditRepository({ db }: Session): AuditRepository {
  return {
    async add({ at, actor, action, subject, detail }) {
      const values = { at, actor, action, subject, detail: JSON.stringify(detail) };
      await db.insertInto('audit').values(values).execute();
    },
    async page(limit, before) {
      const newest = db.selectFrom('audit').selectAll().orderBy('n', 'desc').limit(limit);
      const rows = await (before === undefined ? newest : newest.where('n', '<', before)).execute();
      return rows.map((row) => ({ ...row, detail: fromJson(auditEntry.shape.detail, row.detail) }));
    },
  };
}
