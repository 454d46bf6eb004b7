import type { Problem } from '@mantel/contracts/models/asset.ts';
import type { Facts } from '../../library/facts/facts.ts';
import type { Sql } from '../../db/database.ts';
import { stemOf } from './part-name.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface ExternalLibrary { id: number; uuid: string; root: string; role: string }
export const externalLibrary = (sql: Read, userId: number, uuid: string): ExternalLibrary | undefined =>
  sql.get(`select l.id, l.uuid, l.root, m.role from library l join membership m on m.library_id = l.id and m.user_id = ? where l.uuid = ? and l.kind = 'external' and l.root is not null`, userId, uuid);
export const rootOf = (sql: Read, uuid: string): string | undefined => sql.get<{ root: string | null }>('select root from library where uuid = ?', uuid)?.root ?? undefined;

export interface Lying { fileId: number; fileUuid: string; assetId: number; assetUuid: string; path: string; bytes: number; sha256: string; problems: string }
const LYING = 'select f.id fileId, f.uuid fileUuid, a.id assetId, a.uuid assetUuid, f.path, f.bytes, f.sha256, a.problems from file f join asset a on a.id = f.asset_id';
export const atPath = (sql: Read, path: string): Lying | undefined => sql.get(`${LYING} where f.path = ?`, path);
export const byContent = (sql: Read, libraryId: number, sha256: string): Lying | undefined => sql.get(`${LYING} where f.library_id = ? and f.sha256 = ?`, libraryId, sha256);
export const lyingAfter = (sql: Read, libraryId: number, after: number, limit: number): Lying[] => sql.all(`${LYING} where f.library_id = ? and f.id > ? order by f.id limit ?`, libraryId, after, limit);
export const externalLibraries = (sql: Read): { id: number; uuid: string; root: string }[] => sql.all(`select id, uuid, root from library where kind = 'external' and root is not null`);
/** Paths of an external library are as its disk has them: two that differ only in capitals are two files there. */
export const setExternalPath = (sql: Sql, fileId: number, path: string): void => void sql.run('update file set path = ?, path_key = ? where id = ?', path, path, fileId);
/** It was changed where it lies. */
export function setContent(sql: Sql, fileId: number, f: { bytes: number; sha256: string; sha1: string; mime: string; facts: Facts; name: string }): void {
  sql.run('update file set bytes = ?, sha256 = ?, sha1 = ?, mime = ?, facts = ?, width = ?, height = ?, duration_ms = ?, content_id = ?, motion_offset = ?, motion_bytes = ?, name = ?, stem = ?, taken_at = ? where id = ?',
    f.bytes, f.sha256, f.sha1, f.mime, JSON.stringify(f.facts), f.facts.width, f.facts.height, f.facts.durationMs, f.facts.contentId, f.facts.motion?.offset ?? null, f.facts.motion?.bytes ?? null, f.name, stemOf(f.name), f.facts.takenAt, fileId);
}
/** Whether one of its files is not where it was. */
export const setMissing = (sql: Sql, assetId: number, missing: boolean): boolean => {
  const problems = JSON.parse(sql.get<{ problems: string }>('select problems from asset where id = ?', assetId)?.problems ?? '[]') as Problem[];
  const next = missing ? [...new Set<Problem>([...problems, 'missing'])] : problems.filter((p) => p !== 'missing');
  return next.length !== problems.length && sql.run('update asset set problems = ?, updated_at = ? where id = ?', JSON.stringify(next), Date.now(), assetId).changes === 1;
};
