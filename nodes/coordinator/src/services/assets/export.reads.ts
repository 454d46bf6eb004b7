import type { ExportLine, Problem } from '@mantel/contracts/models/asset.ts';
import type Native from 'better-sqlite3';
import { offsetText } from './offset.ts';

type Prepare = (text: string) => Native.Statement;
type Row = Record<string, never> & { n: number; gpsLat: number | null; gpsLon: number | null; offsetMinutes: number | null; takenAt: number; problems: string; tags: string | null; albums: string | null; favorite: number | null; archived: number | null; trashed: number; locked: number };

/** The next lines of an export, in order of arrival; `after` is the `next` of the page before. One page stays small, whatever the library's size. */
function page(prepare: Prepare, q: { userId: number; library: string | null; after: number; limit: number }): { lines: ExportLine[]; next: number | null } {
  const rows = prepare(
    `select a.id n, a.uuid id, l.name library, a.original_name originalName, f.path, f.sha256, f.sha1, a.type, f.mime, a.taken_at takenAt, a.taken_at_local takenAtLocal, a.taken_at_source takenAtSource, a.offset_minutes offsetMinutes,
      a.lat gpsLat, a.lon gpsLon, a.width, a.height, a.make, a.model, a.rating, a.description, a.problems, s.favourite favorite, s.archived, a.trashed_at is not null trashed, l.kind = 'locked' locked,
      (select json_group_array(t.path) from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = a.id) tags,
      (select json_group_array(b.name) from album_asset x join album b on b.id = x.album_id where x.asset_id = a.id) albums
      from asset a join library l on l.id = a.library_id join membership m on m.library_id = l.id and m.user_id = @userId join file f on f.asset_id = a.id and f.shown = 1 and f.state = 'live'
      left join asset_user s on s.user_id = m.user_id and s.asset_id = a.id
      where a.id > @after and (@library is null or l.uuid = @library or l.name = @library collate nocase) and (a.vis = 1 or a.trashed_at is not null) order by a.id limit @limit`).all(q) as Row[];
  const lines = rows.map(({ n: _n, gpsLat, gpsLon, offsetMinutes, ...r }): ExportLine => ({
    ...(r as unknown as ExportLine),
    takenAt: new Date(r.takenAt).toISOString(),
    offset: offsetText(offsetMinutes),
    gps: gpsLat === null || gpsLon === null ? null : [gpsLat, gpsLon],
    tags: JSON.parse(r.tags ?? '[]') as string[], albums: JSON.parse(r.albums ?? '[]') as string[], people: [], problems: JSON.parse(r.problems) as Problem[],
    favorite: r.favorite === 1, archived: r.archived === 1, trashed: r.trashed === 1, locked: r.locked === 1, partner: false, live: null, embeddedVideo: false, edited: [],
  }));
  return { lines, next: rows.length === q.limit ? rows.at(-1)!.n : null };
}

export const exportReads = { 'assets.export': page };
