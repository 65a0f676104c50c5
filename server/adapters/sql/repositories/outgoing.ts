import { sql } from 'kysely';
import type { OutgoingMessage, OutgoingRepository } from '../../../ports/store.ts';
import type { Session } from '../session.ts';
import type { OutgoingRow } from '../tables.ts';

export function outgoingRepository({ db }: Session): OutgoingRepository {
  return {
    async nextSeq(kind, subject) {
      const { seq } = await db
        .insertInto('outgoing_sequence')
        .values({ kind, subject, seq: 1 })
        .onConflict((conflict) =>
          conflict.columns(['kind', 'subject']).doUpdateSet((row) => ({ seq: row('outgoing_sequence.seq', '+', 1) })),
        )
        .returning('seq')
        .executeTakeFirstOrThrow();
      return seq;
    },
    async put(message) {
      const values = {
        seq: message.seq,
        body_hash: message.bodyHash,
        jws: message.jws,
        expires_at: message.expiresAt,
        published: message.published ? (1 as const) : (0 as const),
        position: sql<number>`(select coalesce(max(position), 0) + 1 from outgoing)`,
      };
      await db
        .insertInto('outgoing')
        .values({ kind: message.kind, subject: message.subject, ...values })
        .onConflict((conflict) => conflict.columns(['kind', 'subject']).doUpdateSet(values))
        .execute();
    },
    async get(kind, subject) {
      const row = await db
        .selectFrom('outgoing')
        .selectAll()
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row ? messageOf(row) : null;
    },
    async unpublished(limit) {
      const rows = await db
        .selectFrom('outgoing')
        .selectAll()
        .where('published', '=', 0)
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map(messageOf);
    },
    async markPublished(kind, subject, seq) {
      await db
        .updateTable('outgoing')
        .set({ published: 1 })
        .where('kind', '=', kind)
        .where('subject', '=', subject)
        .where('seq', '=', seq)
        .execute();
    },
    async markAllUnpublished(kinds) {
      if (kinds.length === 0) return 0;
      const { numUpdatedRows } = await db
        .updateTable('outgoing')
        .set({ published: 0 })
        .where('kind', 'in', kinds)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
    async remove(kind, subject) {
      await db.deleteFrom('outgoing').where('kind', '=', kind).where('subject', '=', subject).execute();
    },
  };
}

function messageOf(row: OutgoingRow): OutgoingMessage {
  return {
    kind: row.kind,
    subject: row.subject,
    seq: row.seq,
    bodyHash: row.body_hash,
    jws: row.jws,
    expiresAt: row.expires_at,
    published: row.published === 1,
  };
}
