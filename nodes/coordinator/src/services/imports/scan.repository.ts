import { createHash } from 'node:crypto';
import type { SourceAlbum, SourceCopy, SourceEntry, SourceFile, SourceItem } from '@mantel/contracts/models/source.ts';
import type { Sql } from '../../db/database.ts';
import { knownFile, mayBeHere } from './known.repository.ts';
import { entryKey, FLAG, flagsOf, yearOf } from './plan.ts';

/** Where a scan writes: its run, its number, and the next free numbers. */
export interface ScanPlace { runId: number; scan: number; collection: string; libraries: number[]; nextItem: number; nextEntry: number; stemOf: (name: string) => string }
type Read = Pick<Sql, 'get' | 'all'>;

/** Begins a scan. What an earlier one found is forgotten unless something was done with it already. */
export function beginScan(sql: Sql, runId: number, fresh: boolean): { scan: number; nextItem: number; nextEntry: number } {
  if (fresh) for (const table of ['import_item', 'import_entry', 'import_album']) sql.run(`delete from ${table} where run_id = ?`, runId);
  sql.run('update import_run set scan = scan + 1 where id = ?', runId);
  const next = (table: string): number => sql.get<{ n: number | null }>(`select max(n) n from ${table} where run_id = ?`, runId)?.n ?? -1;
  return { scan: sql.get<{ scan: number }>('select scan from import_run where id = ?', runId)!.scan, nextItem: next('import_item') + 1, nextEntry: next('import_entry') + 1 };
}

interface EntryRow { n: number; scan: number; item: number | null; outcome: string }
const entryAt = (sql: Read, runId: number, part: string | null, path: string): EntryRow | undefined =>
  sql.get(`select n, scan, item, outcome from import_entry indexed by import_entry_path where run_id = ? and path = ? and part is ? and coalesce(reason, '') <> 'same-entry' limit 1`, runId, path, part);
const addEntry = (sql: Sql, at: ScanPlace, e: { item: number | null; part: string | null; path: string; bytes: number | null; outcome: string; reason?: string | null; detail?: string | null }): void =>
  void sql.run('insert into import_entry(run_id, n, item, part, path, bytes, outcome, reason, detail, scan) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', at.runId, at.nextEntry++, e.item, e.part, e.path, e.bytes, e.outcome, e.reason ?? null, e.detail ?? null, at.scan);

/** One entry, one row: seen before in this scan, it is the same one; in an earlier scan, it says what it says now. Answers whether its item has to say what becomes of it. */
function putEntry(sql: Sql, at: ScanPlace, e: { item: number | null; part: string | null; path: string; bytes: number | null; outcome: string; reason?: string | null; detail?: string | null }): boolean {
  const old = e.reason === 'same-entry' ? undefined : entryAt(sql, at.runId, e.part, e.path);
  const open = e.outcome === 'pending';
  if (!old) { addEntry(sql, at, e); return open; }
  if (old.scan === at.scan) { addEntry(sql, at, { ...e, item: null, outcome: 'ignored', reason: 'same-entry', detail: null }); return false; }
  const keep = e.item !== null && old.item === e.item && old.outcome !== 'pending'; // what became of it stays said until its item is done again
  if (keep) sql.run('update import_entry set scan = ? where run_id = ? and n = ?', at.scan, at.runId, old.n);
  else sql.run('update import_entry set scan = ?, item = ?, bytes = ?, outcome = ?, reason = ?, detail = ?, asset_uuid = null, sha256 = null where run_id = ? and n = ?', at.scan, e.item, e.bytes, e.outcome, e.reason ?? null, e.detail ?? null, at.runId, old.n);
  return open && !keep;
}

/** What an item says, without where its bytes lie today. */
export function digestOf(item: SourceItem): string {
  const copies = (list: SourceCopy[]): unknown[] => list.map((c) => [c.part, c.path, c.bytes]);
  const said = [item.files.map((f: SourceFile) => [f.role, f.name, copies(f.copies), f.sidecar ? copies([f.sidecar]) : null]), item.hints, item.albums, item.alone ?? false];
  return createHash('sha1').update(JSON.stringify(said)).digest('base64');
}

export function putItem(sql: Sql, at: ScanPlace, item: SourceItem): void {
  const original = item.files[0]!;
  const copies = item.files.flatMap((f) => [...f.copies, ...(f.sidecar ? [f.sidecar] : [])]);
  const known = original.copies.some((c) => knownFile(sql, at.collection, entryKey(c), at.libraries));
  const maybe = !known && original.copies.some((c) => c.bytes !== null && mayBeHere(sql, at.libraries, at.stemOf(original.name), original.name, c.bytes));
  const flags = flagsOf(item) | (known ? FLAG.known : 0) | (maybe ? FLAG.maybe : 0);
  const bytes = item.files.reduce((sum, f) => sum + (f.copies.find((c) => c.here)?.bytes ?? 0), 0);
  const digest = digestOf(item);
  const old = sql.get<{ n: number; scan: number; state: string; digest: string }>('select n, scan, state, digest from import_item where run_id = ? and source_key = ?', at.runId, item.id);
  if (old?.scan === at.scan) { // the plugin names two items alike: the entries of the second are told, not lost
    for (const c of copies) if (c.here) putEntry(sql, at, { item: null, part: c.part, path: c.path, bytes: c.bytes, outcome: 'problem', reason: 'unreadable', detail: 'The plugin gave two photos the same name, so this one was not taken.' });
    return;
  }
  const n = old?.n ?? at.nextItem++;
  if (!old) {
    sql.run('insert into import_item(run_id, n, source_key, item, scan, digest, flags, year, bytes) values(?, ?, ?, ?, ?, ?, ?, ?, ?)', at.runId, n, item.id, JSON.stringify(item), at.scan, digest, flags, yearOf(item), bytes);
  } else {
    const again = old.digest !== digest || old.state === 'problem';
    sql.run(`update import_item set item = ?, scan = ?, digest = ?, flags = ?, year = ?, bytes = max(bytes, ?), state = iif(?, 'pending', state) where run_id = ? and n = ?`, JSON.stringify(item), at.scan, digest, flags, yearOf(item), bytes, again ? 1 : 0, at.runId, n);
  }
  let open = false;
  for (const f of item.files) {
    for (const c of f.copies) if (c.here && putEntry(sql, at, { item: n, part: c.part, path: c.path, bytes: c.bytes, outcome: 'pending' })) open = true;
    if (f.sidecar?.here) putEntry(sql, at, { item: null, part: f.sidecar.part, path: f.sidecar.path, bytes: f.sidecar.bytes, outcome: 'metadata', reason: 'metadata' });
  }
  if (open && old) sql.run(`update import_item set state = 'pending' where run_id = ? and n = ?`, at.runId, n); // an entry of it came that was not here before
}
export const putSourceEntry = (sql: Sql, at: ScanPlace, e: SourceEntry): void => void putEntry(sql, at, { item: null, part: e.part, path: e.path, bytes: e.bytes, outcome: e.outcome, reason: e.reason, detail: e.detail ?? null });
export const putAlbum = (sql: Sql, at: ScanPlace, a: SourceAlbum): void =>
  void sql.run('insert into import_album(run_id, source_key, album) values(?, ?, ?) on conflict do update set album = excluded.album', at.runId, a.id, JSON.stringify(a));

/** The end of a whole scan: repeats and photos that only an earlier one met are gone, and what waited but is no longer there is told. */
export function endScan(sql: Sql, runId: number, scan: number): void {
  sql.run(`delete from import_entry where run_id = ? and reason = 'same-entry' and scan < ?`, runId, scan);
  // A photo that a later part showed to belong to another one: its entries are that one's now.
  sql.run(`delete from import_item indexed by import_item_pending where run_id = ? and state = 'pending' and scan < ? and created = 0 and not exists (select 1 from import_entry e where e.run_id = import_item.run_id and e.item = import_item.n)`, runId, scan);
  sql.run(`update import_entry indexed by import_entry_outcome set outcome = 'problem', reason = 'unreadable', detail = 'It was there when the import looked first, and is gone now.' where run_id = ? and outcome = 'pending' and scan < ?`, runId, scan);
  sql.run(`update import_item indexed by import_item_pending set state = 'problem', error = 'It was there when the import looked first, and is gone now.' where run_id = ? and state = 'pending' and scan < ?`, runId, scan);
}
