import type { LibraryKind, MemberRole } from '@mantel/contracts/models/library.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface LibraryRow { id: number; uuid: string; kind: LibraryKind; name: string; folder: string; ownerUuid: string | null; role: MemberRole; show: number; isDefault: number; assets: number }

const MINE = `select l.id, l.uuid, l.kind, l.name, l.folder, o.uuid ownerUuid, m.role, m.show, m.is_default isDefault,
  (select coalesce(sum(n), 0) from month_count c where c.library_id = l.id) assets
  from membership m join library l on l.id = m.library_id left join user o on o.id = l.owner_id where m.user_id = ?`;
export const librariesOf = (sql: Read, userId: number): LibraryRow[] => sql.all<LibraryRow>(`${MINE} order by m.is_default desc, l.kind = 'shared' desc, l.name`, userId);
export const libraryOf = (sql: Read, userId: number, uuid: string): LibraryRow | undefined => sql.get<LibraryRow>(`${MINE} and l.uuid = ?`, userId, uuid);

export const membersOf = (sql: Read, libraryId: number): { userId: string; name: string; role: MemberRole }[] =>
  sql.all('select u.uuid userId, u.name, m.role from membership m join user u on u.id = m.user_id where m.library_id = ? order by u.name', libraryId);
export const memberOf = (sql: Read, libraryId: number, userUuid: string): { id: number; role: MemberRole | null } | undefined =>
  sql.get('select u.id, m.role from user u left join membership m on m.user_id = u.id and m.library_id = ? where u.uuid = ?', libraryId, userUuid);
export const managers = (sql: Read, libraryId: number): number => sql.get<{ n: number }>(`select count(*) n from membership where library_id = ? and role = 'manager'`, libraryId)!.n;
export const defaultOf = (sql: Read, userId: number): { role: MemberRole } | undefined => sql.get('select role from membership where user_id = ? and is_default = 1', userId);
export const lockedOf = (sql: Read, userId: number): string | undefined => sql.get<{ uuid: string }>(`select uuid from library where kind = 'locked' and owner_id = ?`, userId)?.uuid;
export const externalAt = (sql: Read, root: string): { uuid: string } | undefined => sql.get(`select uuid from library where kind = 'external' and root = ?`, root);
export const setRoot = (sql: Sql, libraryId: number, root: string): void => void sql.run('update library set root = ? where id = ?', root, libraryId);
export const personById = (sql: Read, userId: number): { uuid: string; name: string } | undefined => sql.get('select uuid, name from user where id = ?', userId);
export const folders = (sql: Read): string[] => sql.all<{ folder: string }>('select folder from library').map((r) => r.folder);
export const sharedLibraries = (sql: Read): { id: number; uuid: string }[] => sql.all(`select id, uuid from library where kind = 'shared' order by id limit 1`);

export function insertLibrary(sql: Sql, l: { uuid: string; kind: LibraryKind; name: string; folder: string; ownerId: number | null }): number {
  return Number(sql.run('insert into library(uuid, kind, name, folder, owner_id, created_at) values(?, ?, ?, ?, ?, ?)', l.uuid, l.kind, l.name, l.folder, l.ownerId, Date.now()).lastInsertRowid);
}
export const putMember = (sql: Sql, libraryId: number, userId: number, role: MemberRole): void =>
  void sql.run('insert into membership(library_id, user_id, role) values(?, ?, ?) on conflict do update set role = excluded.role', libraryId, userId, role);
export const dropMember = (sql: Sql, libraryId: number, userId: number): boolean => sql.run('delete from membership where library_id = ? and user_id = ?', libraryId, userId).changes === 1;
export const setShow = (sql: Sql, libraryId: number, userId: number, show: boolean): void => void sql.run('update membership set show = ? where library_id = ? and user_id = ?', show ? 1 : 0, libraryId, userId);
export function setDefault(sql: Sql, libraryId: number, userId: number): void {
  sql.run('update membership set is_default = library_id = ? where user_id = ?', libraryId, userId);
}
