import type { EntryOutcome, RunEntry, RunPreview } from '@mantel/contracts/models/source.ts';
import type Native from 'better-sqlite3';
import type { Tally } from './runs.repository.ts';
import { FLAG } from './plan.ts';

type Prepare = (text: string) => Native.Statement;
type Counted = Omit<RunPreview, 'years' | 'albums' | 'people' | 'needsBytes' | 'freeBytes' | 'enough' | 'ignored' | 'problems' | 'entries'>;

/** Photos of which something lies in this run. Of the others, which earlier parts brought, a plugin tells again what they are. */
const OF_RUN = 'exists (select 1 from import_entry e indexed by import_entry_item where e.run_id = i.run_id and e.item = i.n)';

function tally(prepare: Prepare, runId: number): Tally {
  const by = (rows: unknown[]): Record<string, number> => Object.fromEntries((rows as { k: string; n: number }[]).map((r) => [r.k, r.n]));
  return {
    counts: by(prepare('select outcome k, count(*) n from import_entry where run_id = ? group by outcome').all(runId)),
    items: by(prepare(`select state k, count(*) n from import_item i where run_id = ? and ${OF_RUN} group by state`).all(runId)),
    unread: (prepare(`select count(*) n from import_entry indexed by import_entry_outcome where run_id = ? and outcome = 'problem' and item is null and reason in ('damaged-part', 'encrypted', 'unreadable')`).get(runId) as { n: number }).n,
  };
}

/** What a scan found, counted where the rows lie. `unwanted`: bits of what the person leaves out. */
function preview(prepare: Prepare, q: { runId: number; unwanted: number }): Omit<RunPreview, 'freeBytes' | 'enough'> {
  const has = (bit: number): string => `sum(flags & ${bit} <> 0)`;
  const one = prepare(
    `select count(*) items, count(*) - ${has(FLAG.video)} photos, ${has(FLAG.video)} videos, ${has(FLAG.live)} livePhotos, ${has(FLAG.edited)} edited, ${has(FLAG.raw)} raw, sum(bytes) bytes, ${has(FLAG.known)} known, ${has(FLAG.maybe)} maybeKnown, ${has(FLAG.favourite)} favourites,
      ${has(FLAG.archived)} archived, ${has(FLAG.trashed)} trashed, ${has(FLAG.locked)} locked, ${has(FLAG.partner)} partner, ${has(FLAG.bare)} withoutMetadata, sum(iif(flags & ${FLAG.known} or flags & @unwanted, 0, bytes)) needsBytes from import_item i where run_id = @runId and ${OF_RUN}`).get(q) as Counted & { needsBytes: number };
  const { counts } = tally(prepare, q.runId);
  const albums = prepare(
    `select a.source_key id, coalesce(a.album ->> 'title', '') title, coalesce(a.album ->> 'optional', 0) optional, coalesce(c.n, 0) items from import_album a
      left join (select a.value k, count(*) n from import_item i, json_each(i.item, '$.albums') a where i.run_id = @runId and ${OF_RUN} group by a.value) c on c.k = a.source_key where a.run_id = @runId order by items desc, title limit 2000`).all({ runId: q.runId }) as { id: string; title: string; items: number; optional: number }[];
  const counted = Object.fromEntries(Object.entries(one).map(([k, v]) => [k, v ?? 0])) as typeof one; // of no rows, a sum is null
  return {
    ...counted,
    years: prepare(`select year, count(*) items from import_item i where run_id = ? and ${OF_RUN} group by year order by year`).all(q.runId) as RunPreview['years'],
    albums: albums.map((a) => ({ ...a, optional: Boolean(a.optional) })),
    people: prepare(`select p.value name, count(*) items from import_item i, json_each(i.item, '$.hints.people') p where i.run_id = ? and ${OF_RUN} group by p.value order by items desc, name limit 2000`).all(q.runId) as RunPreview['people'],
    ignored: (counts.ignored ?? 0) + (counts.metadata ?? 0), problems: counts.problem ?? 0, entries: Object.values(counts).reduce((a, b) => a + b, 0),
  };
}
const ROW = 'select n, part, path, bytes, outcome, reason, detail, asset_uuid assetId, sha256 from import_entry where run_id = @runId and n > @after';
/** The report as people leaf through it. `search`: a piece of the path. */
function entries(prepare: Prepare, q: { runId: number; outcome: EntryOutcome | null; after: number; limit: number; search: string | null }): { entries: RunEntry[]; next: number | null } {
  const like = q.search ? `%${q.search.replace(/[\\%_]/g, '\\$&')}%` : null;
  const rows = prepare(`${ROW}${q.outcome === null ? '' : ' and outcome = @outcome'}${like === null ? '' : ` and path like @like escape '\\'`} order by n limit @limit`).all({ ...q, like }) as (RunEntry & { n: number })[];
  return { entries: rows.map(({ n: _n, ...e }) => e), next: rows.length === q.limit ? rows.at(-1)!.n : null };
}
/** Entries of a run for its report, page by page. */
function report(prepare: Prepare, q: { runId: number; after: number; limit: number }): { rows: ReportRow[]; next: number | null } {
  const rows = prepare('select n, part, path, bytes, outcome, reason, detail, asset_uuid assetId, sha256 from import_entry where run_id = ? and n > ? order by n limit ?').all(q.runId, q.after, q.limit) as ReportRow[];
  return { rows, next: rows.length === q.limit ? rows.at(-1)!.n : null };
}
export interface ReportRow { n: number; part: string | null; path: string; bytes: number | null; outcome: string; reason: string | null; detail: string | null; assetId: string | null; sha256: string | null }

export const importReads = { 'imports.tally': tally, 'imports.preview': preview, 'imports.report': report, 'imports.entries': entries };
