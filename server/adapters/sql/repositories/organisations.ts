import type { Organisation } from '../../../../shared/contract/api/organisation.ts';
import type { Repository } from '../../../ports/store.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { OrganisationRow } from '../tables.ts';

export function organisationRepository({ db }: Session): Repository<Organisation> {
  return rowsById(db, 'organisation', toRow, fromRow);
}

function toRow(value: Organisation): OrganisationRow {
  return { id: value.id, name: value.name, short_name: value.shortName, area_id: value.areaId };
}

function fromRow(row: OrganisationRow): Organisation {
  return { id: row.id, name: row.name, shortName: row.short_name, areaId: row.area_id };
}
