import type { Bulletin } from '../../../../shared/contract/api/bulletin.ts';
import type { Repository } from '../../../ports/store.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { BulletinRow } from '../tables.ts';

export function bulletinRepository({ db }: Session): Repository<Bulletin> {
  return rowsById(db, 'bulletin', toRow, fromRow);
}

function toRow(value: Bulletin): BulletinRow {
  return {
    id: value.id,
    title: value.title,
    class: value.class,
    campaign_id: value.campaignId,
    theme_id: value.themeId,
    organisation_id: value.organisationId,
    area_id: value.areaId,
    text: value.text,
  };
}

function fromRow(row: BulletinRow): Bulletin {
  return {
    id: row.id,
    title: row.title,
    class: row.class,
    campaignId: row.campaign_id,
    themeId: row.theme_id,
    organisationId: row.organisation_id,
    areaId: row.area_id,
    text: row.text,
  };
}
