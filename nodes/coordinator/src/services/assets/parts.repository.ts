import type { FileRole } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface FileOf { fileId: string; assetId: string; libraryId: string; role: FileRole; name: string; path: string; bytes: number; mime: string; sha256: string; trashed: boolean }
export const fileByUuid = (sql: Read, userId: number, uuid: string): FileOf | undefined => {
  const row = sql.get<Omit<FileOf, 'trashed'> & { trashed: number }>(
    `select f.uuid fileId, a.uuid assetId, l.uuid libraryId, f.role, f.name, f.path, f.bytes, f.mime, f.sha256, a.trashed_at is not null trashed from file f join asset a on a.id = f.asset_id join library l on l.id = f.library_id
      join membership m on m.library_id = f.library_id and m.user_id = ? where f.uuid = ? and f.state = 'live'`, userId, uuid);
  return row && { ...row, trashed: row.trashed === 1 };
};
