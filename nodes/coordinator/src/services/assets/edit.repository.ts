import type { Conflict, FactSources, Problem } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { NamedRegion } from '../../library/facts/facts.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface FactsRow {
  uuid: string; libraryId: number; vis: number; ord: number; takenAtLocal: string; takenAtSource: string; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null;
  rating: number | null; title: string | null; description: string | null; sources: string; edited: string; conflicts: string; problems: string;
}
export const factsOf = (sql: Read, assetId: number): FactsRow | undefined => sql.get(
  `select uuid, library_id libraryId, vis, ord, taken_at_local takenAtLocal, taken_at_source takenAtSource, offset_minutes offsetMinutes, lat, lon, altitude, rating, title, description, sources, edited, conflicts, problems from asset where id = ?`, assetId);

export const setDate = (sql: Sql, assetId: number, d: { takenAt: number; takenAtLocal: string; offsetMinutes: number | null }): void =>
  void sql.run('update asset set taken_at = ?, taken_at_local = ?, offset_minutes = ? where id = ?', d.takenAt, d.takenAtLocal, d.offsetMinutes, assetId);
export const setDateSource = (sql: Sql, assetId: number, source: string, problems: Problem[]): void => void sql.run('update asset set taken_at_source = ?, problems = ? where id = ?', source, JSON.stringify(problems), assetId);
export const setPlace = (sql: Sql, assetId: number, lat: number | null, lon: number | null, altitude: number | null): void => void sql.run('update asset set lat = ?, lon = ?, altitude = ? where id = ?', lat, lon, altitude, assetId);
export const setValue = (sql: Sql, assetId: number, column: 'rating' | 'title' | 'description', value: number | string | null): void => void sql.run(`update asset set ${column} = ? where id = ?`, value, assetId);
export const setOrigins = (sql: Sql, assetId: number, sources: FactSources, edited: object, conflicts: Conflict[]): void =>
  void sql.run('update asset set sources = ?, edited = ?, conflicts = ?, updated_at = ? where id = ?', JSON.stringify(sources), JSON.stringify(edited), JSON.stringify(conflicts), Date.now(), assetId);
export const setConflicts = (sql: Sql, assetId: number, conflicts: Conflict[]): void => void sql.run('update asset set conflicts = ?, updated_at = ? where id = ?', JSON.stringify(conflicts), Date.now(), assetId);

const tidy = (tag: string): string => tag.normalize('NFC').split('/').map((l) => l.trim()).filter(Boolean).join('/');
const tidied = (tags: string[]): string[] => [...new Set(tags.map(tidy).filter(Boolean))];
/** Exactly these tags; those that stay keep where they are from. Answers whether anything is different. */
export function replaceTags(sql: Sql, assetId: number, ord: number, wanted: string[], source: string, uuid: () => string): boolean {
  const names = tidied(wanted);
  let changed = false;
  const there = new Set<string>();
  for (const t of sql.all<{ id: number; path: string }>('select t.id, t.path from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = ?', assetId)) {
    there.add(t.path);
    if (names.includes(t.path)) continue;
    sql.run('delete from asset_tag where asset_id = ? and tag_id = ?', assetId, t.id);
    changed = true;
  }
  return put(sql, assetId, ord, names.filter((n) => !there.has(n)), source, uuid) || changed;
}
/** Takes some tags away and adds others that are not there, in small or capital letters; all else stays. */
export function changeTags(sql: Sql, assetId: number, ord: number, { remove, add }: { remove: string[]; add: string[] }, source: string, uuid: () => string): boolean {
  const there = sql.all<{ id: number; path: string }>('select t.id, t.path from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = ?', assetId);
  const away = new Set(tidied(remove));
  const gone = there.filter((t) => away.has(tidy(t.path)));
  for (const t of gone) sql.run('delete from asset_tag where asset_id = ? and tag_id = ?', assetId, t.id);
  const known = new Set(there.filter((t) => !gone.includes(t)).map((t) => key(t.path)));
  const fresh = tidied(add).filter((name) => !known.has(key(name)) && known.add(key(name)));
  return put(sql, assetId, ord, fresh, source, uuid) || gone.length > 0;
}
function put(sql: Sql, assetId: number, ord: number, names: string[], source: string, uuid: () => string): boolean {
  for (const name of names) {
    sql.run('insert into tag(uuid, name, path) values(?, ?, ?) on conflict do nothing', uuid(), name.split('/').at(-1), name);
    sql.run('insert into asset_tag(tag_id, ord, asset_id, source) select id, ?, ?, ? from tag where path = ?', ord, assetId, source, name);
  }
  return names.length > 0;
}

const NEAR = 0.002; // of the picture: what other programs round
const near = (a: NamedRegion['region'], b: NamedRegion['region']): boolean => (a === null || b === null ? a === b : (['x', 'y', 'w', 'h'] as const).every((k) => Math.abs(a[k] - b[k]) <= NEAR));
const key = (name: string): string => name.normalize('NFC').toLocaleLowerCase();

/** Exactly these people. A face that a tagger found stays when its name is taken away; one that only a name made goes with it. */
export function replacePeople(sql: Sql, assetId: number, ord: number, wanted: NamedRegion[], source: string, uuid: () => string): boolean {
  const faces = sql.all<{ id: number; name: string; source: string; x: number; y: number; w: number; h: number }>('select f.id, p.name, f.source, f.x, f.y, f.w, f.h from face f join person p on p.id = f.person_id where f.asset_id = ? and p.name is not null', assetId);
  let changed = false;
  for (const face of faces) {
    if (wanted.some((p) => key(p.name) === key(face.name))) continue;
    if (face.source === 'file' || face.source === 'sidecar') sql.run('delete from face where id = ?', face.id);
    else sql.run('update face set person_id = null where id = ?', face.id);
    changed = true;
  }
  for (const { name, region } of wanted) {
    const at = region ?? { x: 0, y: 0, w: 0, h: 0 };
    const there = faces.find((f) => key(f.name) === key(name));
    if (there && (region === null || near({ x: there.x, y: there.y, w: there.w, h: there.h }, region))) continue;
    changed = true;
    if (there) {
      sql.run('update face set x = ?, y = ?, w = ?, h = ? where id = ?', at.x, at.y, at.w, at.h, there.id);
      continue;
    }
    const known = sql.get<{ id: number }>('select id from person where name = ? collate nocase', name)?.id;
    const person = known ?? Number(sql.run('insert into person(uuid, name, created_at) values(?, ?, ?)', uuid(), name, Date.now()).lastInsertRowid);
    sql.run('insert into face(uuid, asset_id, person_id, ord, x, y, w, h, source) values(?, ?, ?, ?, ?, ?, ?, ?, ?)', uuid(), assetId, person, ord, at.x, at.y, at.w, at.h, source);
  }
  return changed;
}
