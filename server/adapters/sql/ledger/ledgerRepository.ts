import { sql } from 'kysely';
import { reportRecord } from '../../../../shared/contract/messages/report.ts';
import type { LedgerRepository, PlannedPlay } from '../../../ports/ledger.ts';
import { fromJson } from '../json.ts';
import type { Session } from '../session.ts';
import { append } from './append.ts';
import { entries, type PlayWithDimensions, withDimensions } from './entries.ts';
import { replacePlanned } from './replacePlanned.ts';
import { summary } from './summary.ts';

export function ledgerRepository({ db, engine, atomically }: Session): LedgerRepository {
  return {
    replacePlanned: (agentId, from, plays) =>
      atomically((transaction) => replacePlanned(transaction, engine, agentId, from, plays)),
    async planned(agentId, from, to) {
      const places = db.selectFrom('ledger_place').select('id').where('agent_id', '=', agentId);
      const plays = db
        .selectFrom('ledger_play')
        .selectAll()
        .where('place_id', 'in', places)
        .where('at', '>=', from)
        .where('at', '<', to)
        .where('counts', '=', 1);
      const rows = await withDimensions(db, plays);
      return rows.map(plannedOf);
    },
    append: (batches, now) => atomically((transaction) => append(transaction, engine, batches, now)),
    async receivedUpTo(agentId) {
      const row = await db
        .selectFrom('ledger_progress')
        .select('up_to')
        .where('agent_id', '=', agentId)
        .executeTakeFirst();
      return row?.up_to ?? 0;
    },
    entries: (filter, page, now) => entries(db, filter, page, now),
    summary: (filter, by, now) => summary(db, engine, filter, by, now),
    async records(agentId, afterN, limit) {
      const rows = await db
        .selectFrom('ledger_record')
        .select('body')
        .where('agent_id', '=', agentId)
        .where('n', '>', afterN)
        .orderBy('n')
        .limit(limit)
        .execute();
      return rows.map(({ body }) => fromJson(reportRecord, body));
    },
    async unplanned(limit) {
      const rows = await db
        .selectFrom('ledger_record')
        .select(['agent_id', 'body'])
        // A literal: an index of some rows serves only conditions that the planner can see.
        .where('unplanned', '=', sql.lit(1))
        .orderBy('received_at', 'desc')
        .orderBy('agent_id', 'desc')
        .orderBy('n', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ agent_id, body }) => ({ agentId: agent_id, record: fromJson(reportRecord, body) }));
    },
  };
}

function plannedOf(row: PlayWithDimensions): PlannedPlay {
  return {
    item: {
      id: row.item_id,
      at: row.at,
      durationMs: row.duration_ms,
      clip: row.clip,
      class: row.class,
      rule: row.rule_id,
      bulletin: row.bulletin_id,
      campaign: row.campaign_id,
      title: row.title,
      repeat: row.repeat,
    },
    villageId: row.village_id,
    villageName: row.village_name,
    areaPath: row.area_path,
    day: row.day,
    themeId: row.theme_id,
    organisationId: row.organisation_id,
    language: row.language,
  };
}
