import { type Approval, type Clip, clipAudio, processing } from '../../../../shared/contract/api/clip.ts';
import type { ClipRepository } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { ApprovalRow, ClipRow } from '../tables.ts';

export function clipRepository({ db }: Session): ClipRepository {
  const clips = () => db.selectFrom('clip').selectAll().orderBy('uploaded_at').orderBy('id');
  return {
    ...rowsById(db, 'clip', toRow, fromRow),
    async ofBulletin(bulletinId) {
      return (await clips().where('bulletin_id', '=', bulletinId).execute()).map(fromRow);
    },
    async unfinished() {
      return (await clips().where('processing_state', 'in', ['queued', 'running']).execute()).map(fromRow);
    },
    async approved() {
      return (await clips().where('state', '=', 'approved').execute()).map(fromRow);
    },
    async hasAudio(sha256) {
      const row = await db
        .selectFrom('clip')
        .select('id')
        .where('audio_sha256', '=', sha256)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async putPeaks(clipId, { peaksPerSecond, peaks }) {
      const values = { peaks_per_second: peaksPerSecond, peaks: bytesOf(peaks) };
      await db
        .insertInto('clip_peaks')
        .values({ clip_id: clipId, ...values })
        .onConflict((conflict) => conflict.column('clip_id').doUpdateSet(values))
        .execute();
    },
    async peaks(clipId) {
      const row = await db.selectFrom('clip_peaks').selectAll().where('clip_id', '=', clipId).executeTakeFirst();
      if (!row) return null;
      const { buffer, byteOffset, byteLength } = row.peaks;
      return { peaksPerSecond: row.peaks_per_second, peaks: new Int8Array(buffer, byteOffset, byteLength) };
    },
    async addApproval(approval) {
      const { clipId: clip_id, by: by_user, action, at, reason, sha256 } = approval;
      await db.insertInto('approval').values({ clip_id, by_user, action, at, reason, sha256 }).execute();
    },
    async approvals(clipId) {
      const rows = await db.selectFrom('approval').selectAll().where('clip_id', '=', clipId).orderBy('n').execute();
      return rows.map(approvalOf);
    },
  };
}

/** A Buffer, because `pg` would write any other typed array as text. */
function bytesOf(peaks: Int8Array): Buffer {
  return Buffer.from(peaks.buffer, peaks.byteOffset, peaks.byteLength);
}

function approvalOf({ clip_id, action, by_user, at, reason, sha256 }: Omit<ApprovalRow, 'n'>): Approval {
  return { clipId: clip_id, action, by: by_user, at, reason, sha256 };
}

function toRow(value: Clip): ClipRow {
  return {
    id: value.id,
    bulletin_id: value.bulletinId,
    language: value.language,
    voice: value.voice,
    state: value.state,
    processing_state: value.processing.state,
    processing: JSON.stringify(value.processing),
    original_sha256: value.original.sha256,
    original_bytes: value.original.bytes,
    original_name: value.original.name,
    audio_sha256: value.audio?.sha256 ?? null,
    audio: value.audio && JSON.stringify(value.audio),
    approved_sha256: value.approvedSha256,
    reason: value.reason,
    uploaded_at: value.uploadedAt,
  };
}

function fromRow(row: ClipRow): Clip {
  return {
    id: row.id,
    bulletinId: row.bulletin_id,
    language: row.language,
    voice: row.voice,
    state: row.state,
    processing: fromJson(processing, row.processing),
    original: { sha256: row.original_sha256, bytes: row.original_bytes, name: row.original_name },
    audio: row.audio === null ? null : fromJson(clipAudio, row.audio),
    approvedSha256: row.approved_sha256,
    reason: row.reason,
    uploadedAt: row.uploaded_at,
  };
}
