// For tests beside the rules: a real database in a folder of its own, with people and libraries in it; no network.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, databaseFile, type Sql } from '../db/database.ts';
import { createLibraries } from '../services/libraries/libraries.ts';
import { counted, enterTimeline, nextOrd, refreshTwinsOf } from '../services/timeline/counters.repository.ts';
import { localSeconds, monthOf } from '../services/timeline/ord.ts';

export const SEED = Number(process.env.MANTEL_TEST_SEED ?? 1);
export interface Person { id: number; uuid: string; name: string }

export async function openHouse() {
  const data = mkdtempSync(join(tmpdir(), 'mantel-house-'));
  const db = await Database.open(databaseFile(join(data, 'state')));
  const libraries = createLibraries({ db, refreshTwinsOf });
  await db.writeSql((sql) => libraries.makeFamily(sql, 'Family'));
  return {
    data, db, libraries,
    addPerson: (name: string): Promise<Person> => db.writeSql((sql) => {
      const uuid = randomUUID();
      const id = Number(sql.run(`insert into user(uuid, email, name, role, password_hash, created_at) values(?, ?, ?, 'member', 'x', 0)`, uuid, `${name}@house.test`, name).lastInsertRowid);
      libraries.welcome(sql, { id, uuid, name, role: 'member' });
      return { id, uuid, name };
    }),
    libraryId: (name: string): number => db.sql.get<{ id: number }>('select id from library where name = ?', name)!.id,
    close: async (): Promise<void> => {
      await db.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
export type House = Awaited<ReturnType<typeof openHouse>>;

/** A visible asset without a file on the disk: for what only counts and sorts. */
export function insertAsset(sql: Sql, a: { libraryId: number; local: string; sha256?: string; lat?: number; lon?: number }): { id: number; uuid: string } {
  const uuid = randomUUID();
  const seconds = localSeconds(a.local);
  const sha256 = a.sha256 ?? uuid;
  const id = Number(sql.run(
    `insert into asset(uuid, library_id, type, vis, ord, month, sha256, taken_at, taken_at_local, taken_at_source, lat, lon, original_name, created_at, updated_at) values(?, ?, 'image', 1, ?, ?, ?, ?, ?, 'exif', ?, ?, 'x.jpg', 0, 0)`,
    uuid, a.libraryId, nextOrd(sql, seconds), monthOf(seconds), sha256, seconds * 1000, a.local, a.lat ?? null, a.lon ?? null).lastInsertRowid);
  sql.run(`insert into file(uuid, asset_id, library_id, role, state, path, path_key, name, bytes, mime, sha256, sha1, created_at) values(?, ?, ?, 'original', 'live', ?, ?, 'x.jpg', 1, 'image/jpeg', ?, '', 0)`, randomUUID(), id, a.libraryId, uuid, uuid, sha256);
  enterTimeline(sql, counted(sql, id)!);
  return { id, uuid };
}
