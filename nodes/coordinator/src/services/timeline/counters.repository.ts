import type { Sql } from '../../db/database.ts';
import { monthOf, ORD_STEP } from './ord.ts';

/** The facts of an asset that counters depend on. */
export interface Counted { id: number; libraryId: number; month: number; sha256: string; lat: number | null; lon: number | null }
export const HIDDEN = { twin: 1, archived: 2 } as const;
const ZOOMS = [2, 4, 6, 8, 10];

const COUNTED = 'select id, library_id libraryId, month, sha256, lat, lon from asset';
export const counted = (sql: Pick<Sql, 'get'>, assetId: number): Counted | undefined => sql.get<Counted>(`${COUNTED} where id = ?`, assetId);

/** The next free ord in its second. */
export function nextOrd(sql: Pick<Sql, 'get'>, seconds: number): number {
  const from = seconds * ORD_STEP;
  const last = sql.get<{ ord: number | null }>('select max(ord) ord from asset where ord >= ? and ord < ?', from, from + ORD_STEP)?.ord;
  return last === null || last === undefined ? from : last + 1;
}

function addMonth(sql: Sql, a: Counted, by: 1 | -1): void {
  sql.run('insert into month_count values(?, ?, ?) on conflict do update set n = n + excluded.n', a.libraryId, a.month, by);
  if (by < 0) sql.run('delete from month_count where library_id = ? and month = ? and n <= 0', a.libraryId, a.month);
  if (a.lat === null || a.lon === null) return;
  for (const z of ZOOMS) {
    const cy = Math.floor(((a.lat + 90) * 2 ** z) / 45);
    const cx = Math.floor(((a.lon + 180) * 2 ** z) / 45);
    sql.run('insert into geo_cell values(?, ?, ?, ?, ?) on conflict do update set n = n + excluded.n', z, a.libraryId, cy, cx, by);
    if (by < 0) sql.run('delete from geo_cell where z = ? and library_id = ? and cy = ? and cx = ? and n <= 0', z, a.libraryId, cy, cx);
  }
}

function addHidden(sql: Sql, userId: number, libraryId: number, month: number, by: 1 | -1): void {
  sql.run('insert into hidden_count values(?, ?, ?, ?) on conflict do update set n = n + excluded.n', userId, libraryId, month, by);
  if (by < 0) sql.run('delete from hidden_count where user_id = ? and library_id = ? and month = ? and n <= 0', userId, libraryId, month);
}

/** Sets or clears one reason why a person's timeline leaves an asset out; counts follow. */
export function setHidden(sql: Sql, userId: number, a: Pick<Counted, 'id' | 'libraryId' | 'month'>, reason: number, on: boolean): void {
  const now = sql.get<{ reason: number }>('select reason from hidden where user_id = ? and asset_id = ?', userId, a.id)?.reason ?? 0;
  const next = on ? now | reason : now & ~reason;
  if (next === now) return;
  if (next === 0) sql.run('delete from hidden where user_id = ? and asset_id = ?', userId, a.id);
  else sql.run('insert into hidden values(?, ?, ?, ?, ?) on conflict do update set reason = excluded.reason', userId, a.id, a.libraryId, a.month, next);
  if (now === 0) addHidden(sql, userId, a.libraryId, a.month, 1);
  if (next === 0) addHidden(sql, userId, a.libraryId, a.month, -1);
}

/** Twins: of the same bytes in several libraries that one person shows, the oldest asset is shown and the others are hidden. */
export function refreshTwins(sql: Sql, sha256: string): void {
  const copies = sql.all<Counted>(`${COUNTED} where sha256 = ? and vis = 1 order by id`, sha256);
  if (copies.length === 0) return;
  const byId = new Map(copies.map((c) => [c.id, c]));
  const hiddenNow = sql.all<{ userId: number; id: number }>(`select user_id userId, asset_id id from hidden where reason & 1 and asset_id in (select value from json_each(?))`, JSON.stringify(copies.map((c) => c.id)));
  const shouldHide = new Set<string>();
  if (copies.length > 1) {
    const viewers = sql.all<{ userId: number; id: number }>(
      `select m.user_id userId, a.id from asset a join membership m on m.library_id = a.library_id and m.show = 1 join library l on l.id = a.library_id and l.kind <> 'locked'
        where a.sha256 = ? and a.vis = 1 order by m.user_id, a.id`, sha256);
    let shown = 0;
    for (const v of viewers) {
      if (v.userId === shown) {
        shouldHide.add(`${v.userId} ${v.id}`);
        setHidden(sql, v.userId, byId.get(v.id)!, HIDDEN.twin, true);
      }
      shown = v.userId;
    }
  }
  for (const h of hiddenNow) if (!shouldHide.has(`${h.userId} ${h.id}`)) setHidden(sql, h.userId, byId.get(h.id)!, HIDDEN.twin, false);
}

/** After a person joined, left, showed or hid a library. */
export function refreshTwinsOf(sql: Sql, userId: number): void {
  const touched = sql.all<{ sha256: string }>(
    `select a.sha256 from hidden h join asset a on a.id = h.asset_id where h.user_id = ? and h.reason & 1
     union select a.sha256 from asset a join membership m on m.library_id = a.library_id and m.user_id = ? and m.show = 1 where a.vis = 1 group by a.sha256 having count(*) > 1`, userId, userId);
  for (const t of touched) refreshTwins(sql, t.sha256);
}

/** An asset became visible (arrived, restored, moved here). `asset.vis` is 1 already. */
export function enterTimeline(sql: Sql, a: Counted): void {
  addMonth(sql, a, 1);
  for (const u of sql.all<{ userId: number }>('select user_id userId from asset_user where asset_id = ? and archived = 1', a.id)) setHidden(sql, u.userId, a, HIDDEN.archived, true);
  refreshTwins(sql, a.sha256);
}

/** An asset is no longer visible (trashed, moved away). `asset.vis` is 0 already. */
export function leaveTimeline(sql: Sql, a: Counted): void {
  addMonth(sql, a, -1);
  for (const h of sql.all<{ userId: number }>('select user_id userId from hidden where asset_id = ?', a.id)) {
    addHidden(sql, h.userId, a.libraryId, a.month, -1);
    sql.run('delete from hidden where user_id = ? and asset_id = ?', h.userId, a.id);
  }
  refreshTwins(sql, a.sha256);
}

/** Moves an asset in time: the one place that rewrites an `ord`, in the asset and in every row that is sorted by it. */
export function setLocalTime(sql: Sql, assetId: number, seconds: number): void {
  const before = counted(sql, assetId);
  if (!before) return;
  const { vis, ord: old } = sql.get<{ vis: number; ord: number }>('select vis, ord from asset where id = ?', assetId)!;
  if (Math.floor(old / ORD_STEP) === seconds) return;
  const ord = nextOrd(sql, seconds);
  if (vis) {
    sql.run('update asset set vis = 0 where id = ?', assetId); // else it is hidden behind its twin at once again, in the month that it leaves
    leaveTimeline(sql, before);
  }
  sql.run('update asset set ord = ?, month = ?, vis = ? where id = ?', ord, monthOf(seconds), vis, assetId);
  for (const table of ['asset_user', 'asset_tag', 'album_asset', 'face']) sql.run(`update ${table} set ord = ? where asset_id = ? and ord = ?`, ord, assetId, old);
  if (vis) enterTimeline(sql, counted(sql, assetId)!);
}
