import { FLAG } from '@mantel/contracts/models/timeline.ts';
import type Native from 'better-sqlite3';

type Prepare = (text: string) => Native.Statement;
/** Photos of an album that a person may see: in a library of theirs, not in the trash, the same bytes once. What is locked is in no album. */
const SEEN = `from album_asset x cross join asset a on a.id = x.asset_id and a.vis = 1 cross join membership m on m.library_id = a.library_id and m.user_id = @user cross join library l on l.id = a.library_id and l.kind <> 'locked'`;
const ONCE = `not exists (select 1 from asset o join album_asset y on y.asset_id = o.id and y.album_id = x.album_id join membership n on n.library_id = o.library_id and n.user_id = @user join library k on k.id = o.library_id and k.kind <> 'locked'
  where o.sha256 = a.sha256 and o.vis = 1 and o.id < a.id)`;

export interface AlbumTotals { id: number; assets: number; from: string | null; to: string | null; last: number | null; fileId: string | null; version: string | null; thumbhash: Buffer | null }
/** Counts, span and the newest photo of all albums that hold something that this person may see; of one with `only`. */
function totals(prepare: Prepare, q: { user: number; only: number | null }): AlbumTotals[] {
  const rows = prepare(`select x.album_id id, count(*) assets, min(a.taken_at_local) "from", max(a.taken_at_local) "to", max(a.ord) last ${SEEN} where (@only is null or x.album_id = @only) and ${ONCE} group by x.album_id`).all(q) as Omit<AlbumTotals, 'fileId' | 'version' | 'thumbhash'>[];
  const cover = prepare(`select f.uuid fileId, a.preview_version version, a.thumbhash from asset a join file f on f.asset_id = a.id and f.shown = 1 where a.ord = ?`);
  return rows.map((r) => ({ ...r, ...(cover.get(r.last) as Pick<AlbumTotals, 'fileId' | 'version' | 'thumbhash'>) }));
}

export interface AlbumTile { n: number; id: string; fileId: string; version: string; type: 'image' | 'video'; flags: number; ratio: number; thumbhash: string | null; takenAtLocal: string; durationMs: number | null; originalName: string }
type TileRow = Omit<AlbumTile, 'flags' | 'ratio' | 'thumbhash'> & { thumbhash: Buffer | null; ratio: number; preview: string; problems: string; parts: number; favourite: number | null };
const PROBLEMS: [string, number][] = [['"truncated"', FLAG.truncated], ['"too_large"', FLAG.tooLarge], ['"encrypted"', FLAG.encrypted], ['"empty"', FLAG.empty]];
/** A page of one album's photos, the oldest first; `waiting`: those without a preview yet. */
function tiles(prepare: Prepare, q: { user: number; album: number; after: number; limit: number }): { tiles: AlbumTile[]; waiting: number[] } {
  const rows = prepare(
    `select a.id n, a.uuid id, f.uuid fileId, a.preview_version version, a.type, a.ratio, a.thumbhash, a.taken_at_local takenAtLocal, a.duration_ms durationMs, a.original_name originalName, a.preview, a.problems, a.parts, s.favourite
      ${SEEN} join file f on f.asset_id = a.id and f.shown = 1 left join asset_user s on s.user_id = @user and s.asset_id = a.id where x.album_id = @album and ${ONCE} order by x.ord, a.id limit @limit offset @after`).all(q) as TileRow[];
  const out = rows.map(({ preview, problems, parts, favourite, ratio, thumbhash, ...r }): AlbumTile => ({
    ...r, ratio: ratio / 64, thumbhash: thumbhash?.toString('base64') ?? null,
    flags: (r.type === 'video' ? FLAG.video : 0) | (favourite ? FLAG.favourite : 0) | (preview === 'waiting' ? FLAG.waiting : 0) | (preview === 'failed' ? FLAG.failed : 0) | (parts & 1 ? FLAG.live : 0) | (parts & 2 ? FLAG.raw : 0)
      | PROBLEMS.reduce((flags, [name, flag]) => flags | (problems.includes(name) ? flag : 0), 0),
  }));
  return { tiles: out, waiting: rows.filter((r) => r.preview === 'waiting').map((r) => r.n) };
}

export const albumReads = { 'albums.totals': totals, 'albums.tiles': tiles };
