import type { ExportLine, Problem } from '@mantel/contracts/models/asset.ts';
import { OUTSIDE } from '../../library/external.ts';
import type Native from 'better-sqlite3';
import { offsetText } from './offset.ts';

type Prepare = (text: string) => Native.Statement;
type Row = Record<string, never> & { n: number; gpsLat: number | null; gpsLon: number | null; offsetMinutes: number | null; takenAt: number; problems: string; tags: string | null; albums: string | null; people: string | null; live: string | null; edited: string | null; embeddedVideo: number; favorite: number | null; archived: number | null; trashed: number; locked: number; partner: number | null };
const OF_FILE = `json_object('sha256', g.sha256, 'name', g.name)`;

/** The next lines of an export, in order of arrival; `after` is the `next` of the page before. One page stays small, whatever the library's size. */
function page(prepare: Prepare, q: { userId: number; library: string | null; after: number; limit: number }): { lines: ExportLine[]; next: number | null } {
  const rows = prepare(
    `select a.id n, a.uuid id, l.name library, a.original_name originalName, iif(l.root is null, f.path, l.root || substr(f.path, @outside)) path, f.sha256, f.sha1, a.type, f.mime, a.taken_at takenAt, a.taken_at_local takenAtLocal, a.taken_at_source takenAtSource, a.offset_minutes offsetMinutes,
      a.lat gpsLat, a.lon gpsLon, a.width, a.height, a.make, a.model, a.rating, a.description, a.problems, s.favourite favorite, s.archived, a.trashed_at is not null trashed, l.kind = 'locked' locked,
      (select min(c.partner) from contribution c where c.file_id = f.id and c.user_id = @userId) partner,
      (select json_group_array(t.path) from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = a.id) tags,
      (select json_group_array(b.name) from album_asset x join album b on b.id = x.album_id where x.asset_id = a.id) albums,
      (select json_group_array(distinct p.name) from face x join person p on p.id = x.person_id where x.asset_id = a.id and p.name is not null) people,
      f.motion_offset is not null embeddedVideo, (select ${OF_FILE} from file g where g.asset_id = a.id and g.role = 'live' order by g.id limit 1) live,
      (select json_group_array(${OF_FILE}) from file g where g.asset_id = a.id and g.role = 'edited' and g.given is not 'copy') edited
      from asset a join library l on l.id = a.library_id join membership m on m.library_id = l.id and m.user_id = @userId join file f on f.asset_id = a.id and f.role = 'original' and f.state = 'live'
      left join asset_user s on s.user_id = m.user_id and s.asset_id = a.id
      where a.id > @after and (@library is null or l.uuid = @library or l.name = @library collate nocase) and (a.vis = 1 or a.trashed_at is not null) order by a.id limit @limit`).all({ ...q, outside: OUTSIDE }) as Row[];
  const lines = rows.map(({ n: _n, gpsLat, gpsLon, offsetMinutes, ...r }): ExportLine => ({
    ...(r as unknown as ExportLine),
    takenAt: new Date(r.takenAt).toISOString(),
    offset: offsetText(offsetMinutes),
    gps: gpsLat === null || gpsLon === null ? null : [gpsLat, gpsLon],
    tags: JSON.parse(r.tags ?? '[]') as string[], albums: JSON.parse(r.albums ?? '[]') as string[], people: (JSON.parse(r.people ?? '[]') as string[]).toSorted(), problems: JSON.parse(r.problems) as Problem[],
    favorite: r.favorite === 1, archived: r.archived === 1, trashed: r.trashed === 1, locked: r.locked === 1, partner: r.partner === 1, live: r.live === null ? null : (JSON.parse(r.live) as ExportLine['live']), embeddedVideo: r.embeddedVideo === 1, edited: JSON.parse(r.edited ?? '[]') as ExportLine['edited'],
  }));
  return { lines, next: rows.length === q.limit ? rows.at(-1)!.n : null };
}

export const exportReads = { 'assets.export': page };
