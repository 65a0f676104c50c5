import { type Area, area } from '../../../../shared/contract/api/area.ts';
import type { AreaRepository } from '../../../ports/store.ts';
import { fromJson } from '../json.ts';
import { rowsById } from '../rowsById.ts';
import type { Session } from '../session.ts';
import type { AreaRow } from '../tables.ts';

export function areaRepository({ db }: Session): AreaRepository {
  return {
    ...rowsById(db, 'area', toRow, fromRow),
    async byCode(code) {
      return (await db.selectFrom('area').selectAll().where('code', '=', code).orderBy('id').execute()).map(fromRow);
    },
    async children(parentId) {
      const rows = db.selectFrom('area').selectAll().orderBy('id');
      const ofParent = parentId === null ? rows.where('parent_id', 'is', null) : rows.where('parent_id', '=', parentId);
      return (await ofParent.execute()).map(fromRow);
    },
  };
}

function toRow(value: Area): AreaRow {
  return {
    id: value.id,
    code: value.code,
    name: value.name,
    kind: value.kind,
    parent_id: value.parentId,
    valid_from: value.validFrom,
    valid_to: value.validTo,
    languages: JSON.stringify(value.languages),
    lat: value.position?.lat ?? null,
    lon: value.position?.lon ?? null,
    former_names: JSON.stringify(value.formerNames),
    former_parents: JSON.stringify(value.formerParents),
  };
}

function fromRow(row: AreaRow): Area {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    parentId: row.parent_id,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    languages: fromJson(area.shape.languages, row.languages),
    position: row.lat === null || row.lon === null ? null : { lat: row.lat, lon: row.lon },
    formerNames: fromJson(area.shape.formerNames, row.former_names),
    formerParents: fromJson(area.shape.formerParents, row.former_parents),
  };
}
