import type { Facts } from '../../library/facts/facts.ts';
import type { Sql } from '../../db/database.ts';
import { stemOf } from './part-name.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** A file with what sources said of its photo, and how that stands. */
export interface HintedRow { fileId: number; name: string; hints: string | null; facts: string; assetId: number; assetUuid: string; libraryId: number; vis: number; trashedAt: number | null; ord: number; sources: string; edited: string }
const ROW = `select f.id fileId, f.name, f.hints, f.facts, a.id assetId, a.uuid assetUuid, a.library_id libraryId, a.vis, a.trashed_at trashedAt, a.ord, a.sources, a.edited from file f join asset a on a.id = f.asset_id`;
export const hintedFile = (sql: Read, fileId: number): HintedRow | undefined => sql.get(`${ROW} where f.id = ? and f.state = 'live'`, fileId);
/** The original of a photo that this person may add to. */
export const hintedOriginal = (sql: Read, userId: number, assetUuid: string): HintedRow | undefined =>
  sql.get(`${ROW} join membership m on m.library_id = a.library_id and m.user_id = ? and m.role <> 'viewer' where a.uuid = ? and f.role = 'original' and f.state = 'live'`, userId, assetUuid);
export const factsOf = (row: HintedRow): Partial<Facts> => JSON.parse(row.facts) as Partial<Facts>;
export const setHints = (sql: Sql, fileId: number, hints: string): void => void sql.run('update file set hints = ? where id = ?', hints, fileId);
export const rename = (sql: Sql, fileId: number, name: string): void => void sql.run('update file set name = ?, stem = ? where id = ?', name, stemOf(name), fileId);
/** Only imports brought this file. */
export const onlyImported = (sql: Read, fileId: number): boolean => sql.get<{ n: number }>('select count(*) n from contribution where file_id = ? and marks & 1 = 0', fileId)!.n === 0;

export const MARK = { imported: 1, favourite: 2, archived: 4, trashed: 8 } as const;
/** Whether this person took this over from an import before. By file: what was said of a rendition says nothing about its original. */
export const marked = (sql: Read, userId: number, fileId: number, mark: number): boolean => sql.get('select 1 from contribution where file_id = ? and user_id = ? and marks & ? <> 0', fileId, userId, mark) !== undefined;
export const setMark = (sql: Sql, userId: number, fileId: number, mark: number): void => void sql.run('update contribution set marks = marks | ? where file_id = ? and user_id = ?', mark, fileId, userId);
/** What came to this person by imports came from a partner. */
export const setPartner = (sql: Sql, userId: number, assetId: number): boolean => sql.run('update contribution set partner = 1 where asset_id = ? and user_id = ? and marks & 1 = 1 and partner = 0', assetId, userId).changes > 0;
/** All that came to this person by imports came from a partner, as far as is known. */
export const isPartner = (sql: Read, userId: number, assetId: number): boolean => sql.get('select 1 from contribution where asset_id = ? and user_id = ? and marks & 1 = 1 and partner = 0', assetId, userId) === undefined;
/** All of its files were brought by this person's imports, and by nobody and nothing else. */
export const onlyImportedBy = (sql: Read, assetId: number, userId: number): boolean => sql.get<{ n: number }>('select count(*) n from contribution where asset_id = ? and (user_id <> ? or marks & 1 = 0)', assetId, userId)!.n === 0;
export const filesIn = (sql: Read, assetId: number): number => sql.get<{ n: number }>('select count(*) n from file where asset_id = ?', assetId)!.n;
export const ofAsset = (sql: Read, assetUuid: string, libraryId: number): { assetId: number; original: number } | undefined =>
  sql.get(`select a.id assetId, f.id original from asset a join file f on f.asset_id = a.id and f.role = 'original' where a.uuid = ? and a.library_id = ?`, assetUuid, libraryId);
export const fileId = (sql: Read, userId: number, fileUuid: string): number | undefined => sql.get<{ id: number }>(`select f.id from file f join membership m on m.library_id = f.library_id and m.user_id = ? and m.role <> 'viewer' where f.uuid = ? and f.state = 'live'`, userId, fileUuid)?.id;
