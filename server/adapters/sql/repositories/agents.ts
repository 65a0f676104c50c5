import type { Agent } from '../../../../shared/contract/api/agent.ts';
import { statusMessage } from '../../../../shared/contract/messages/status.ts';
import type { AgentRepository, AgentSecrets } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { AgentRow, AgentSecretRow, AgentStatusRow } from '../tables.ts';

export function agentRepository({ db }: Session): AgentRepository {
  const secrets = () => db.selectFrom('agent_secret').selectAll();
  return {
    ...rowsById(db, 'agent', toRow, fromRow),
    async ofVillage(villageId) {
      const rows = db.selectFrom('agent').selectAll().where('village_id', '=', villageId).orderBy('id');
      return (await rows.execute()).map(fromRow);
    },
    async secrets(agentId) {
      const row = await secrets().where('agent_id', '=', agentId).executeTakeFirst();
      return row ? secretsOf(row) : null;
    },
    async putSecrets(value) {
      const changes = {
        code_hash: value.codeHash,
        code_expires_at: value.codeExpiresAt,
        installation_hash: value.installationHash,
        broker_password_hash: value.brokerPasswordHash,
      };
      await db
        .insertInto('agent_secret')
        .values({ agent_id: value.agentId, ...changes })
        .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(changes))
        .execute();
    },
    async byCodeHash(codeHash) {
      const row = await secrets().where('code_hash', '=', codeHash).executeTakeFirst();
      return row ? secretsOf(row) : null;
    },
    async allSecrets() {
      return (await secrets().orderBy('agent_id').execute()).map(secretsOf);
    },
    async putStatus(agentId, status, heardAt) {
      const values = { status: JSON.stringify(status), heard_at: heardAt };
      await db
        .insertInto('agent_status')
        .values({ agent_id: agentId, ...values })
        .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(values))
        .execute();
    },
    async status(agentId) {
      const row = await db.selectFrom('agent_status').selectAll().where('agent_id', '=', agentId).executeTakeFirst();
      return row ? statusOf(row) : null;
    },
    async statuses() {
      const rows = await db.selectFrom('agent_status').selectAll().orderBy('agent_id').execute();
      return new Map(rows.map((row) => [row.agent_id, statusOf(row)]));
    },
  };
}

function statusOf(row: AgentStatusRow) {
  return { status: fromJson(statusMessage, row.status), heardAt: row.heard_at };
}

function secretsOf(row: AgentSecretRow): AgentSecrets {
  return {
    agentId: row.agent_id,
    codeHash: row.code_hash,
    codeExpiresAt: row.code_expires_at,
    installationHash: row.installation_hash,
    brokerPasswordHash: row.broker_password_hash,
  };
}

function toRow(value: Agent): AgentRow {
  return {
    id: value.id,
    village_id: value.villageId,
    name: value.name,
    state: value.state,
    created_at: value.createdAt,
    enrolled_at: value.enrolledAt,
    plan_seq: value.planSeq,
  };
}

function fromRow(row: AgentRow): Agent {
  return {
    id: row.id,
    villageId: row.village_id,
    name: row.name,
    state: row.state,
    createdAt: row.created_at,
    enrolledAt: row.enrolled_at,
    planSeq: row.plan_seq,
  };
}
