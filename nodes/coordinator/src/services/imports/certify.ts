import type { Certificate } from '@mantel/contracts/models/source.ts';
import * as repo from './certify.repository.ts';
import type { Doors } from './doors.ts';
import { sha256Of } from './hash.ts';
import { librariesOfRun } from './known.repository.ts';
import type { RunRow } from './runs.repository.ts';
import { type Wanted, withoutCopy } from './second-copy.ts';

type Check = Certificate['checks'][number];
const PAGE = 200;
const SHOWN = 100;
const many = (n: number, one: string, more: string): string => (n === 1 ? `1 ${one}` : `${n} ${more}`);

/** What was found, while it still holds: people delete the only other copy because of it. How old it is, they see. */
export function certified(doors: Pick<Doors, 'db'>, row: RunRow): Certificate | null {
  if (row.certificate === null) return null;
  const found = JSON.parse(row.certificate) as Certificate;
  return found.verdict && repo.thrownSince(doors.db.sql, row.id, Date.parse(found.at)) ? null : found;
}

/** May it be deleted where it came from? Reads every file of the run again. `done`, `total`: files. */
export async function certify(doors: Doors, row: RunRow, o: { copy: string | null; signal: AbortSignal; progress: (done: number, total: number, what: string) => void }): Promise<Certificate> {
  const { db } = doors;
  const pending = repo.entriesSaid(db.sql, row.id, 'pending');
  const problems = repo.entriesSaid(db.sql, row.id, 'problem');
  const left = repo.itemsLeft(db.sql, row.id);
  const about = { runId: row.id, libraries: librariesOfRun(db.sql, row.libraryId, row.ownerId) };
  const unwanted = repo.entriesSaid(db.sql, row.id, 'ignored', 'unwanted');
  const known = repo.countKnown(db.sql, row.id);
  const accounted = ((): Check => {
    const no = (text: string, failing: string[]): Check => ({ name: 'accounted', ok: false, text, failing });
    if (row.state !== 'done') return no('The import is not complete.', pending.paths);
    if (pending.n) return no(`${many(pending.n, 'entry was', 'entries were')} not looked at yet.`, pending.paths);
    if (unwanted.n) return no(`${many(unwanted.n, 'entry was', 'entries were')} left out because you chose so. Deleted there, it is gone.`, unwanted.paths);
    return { name: 'accounted', ok: true, text: `Every entry of the source is accounted for.${known ? ` ${many(known, 'file was', 'files were')} here already; what an earlier import of this source had brought in was told by its place, size and date or checksum, and not read there again.` : ''}`, failing: [] };
  })();
  const stray = repo.strayCopies(db.sql, about);
  const copies: Check = stray.n === 0
    ? { name: 'copies', ok: true, text: 'What lies there more than once has the same bytes each time.', failing: [] }
    : { name: 'copies', ok: false, text: `${many(stray.n, 'entry is', 'entries are')} called a copy of a photo that is here, and not surely the same: it was written anew there, or is another photo. It is not kept here. Look at it before you delete it there.`, failing: stray.paths };
  const noProblems: Check = problems.n === 0 && left.n === 0
    ? { name: 'no_problems', ok: true, text: 'Nothing ended as a problem.', failing: [] }
    : { name: 'no_problems', ok: false, text: `${many(Math.max(problems.n, left.n), 'entry', 'entries')} could not be brought in. Look at them in the report; some may be had from the source in another way.`, failing: (problems.n ? problems.paths : left.said).slice(0, SHOWN) };

  const total = repo.countStored(db.sql, row.id);
  const wanted = new Map<string, Wanted>(); // by hash: what is stored once is read once
  const bad: string[] = [];
  let [done, broken, bytes] = [0, 0, 0];
  for (let after = -1; ;) {
    const page = repo.storedEntries(db.sql, about, after, PAGE);
    for (const e of page) {
      o.signal.throwIfAborted();
      const read = e.sha256 !== '' && wanted.has(e.sha256);
      const at = read || e.path === null || e.trashed || e.sha256 === '' ? undefined : await doors.library.fileAt(e.path).catch(() => undefined);
      const good = read || (at !== undefined && (await sha256Of(at, o.signal).catch((err: unknown) => { if (o.signal.aborted) throw err; return ''; })) === e.sha256);
      if (good && at !== undefined) { wanted.set(e.sha256, { bytes: e.bytes, name: e.entry, at }); bytes += e.bytes; }
      if (!good && ++broken <= SHOWN) bad.push(`${e.entry}${e.trashed ? ' (in the trash)' : e.path === null ? ' (no longer here)' : ' (differs from what came in)'}`);
      o.progress(Math.min(++done, total), total, 'reading the library again');
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.n;
  }
  const stored: Check = broken === 0 && total > 0
    ? { name: 'stored', ok: true, text: `All ${many(wanted.size, 'file was', 'files were')} read again and is exactly what came in.`.replace('files were read again and is', 'files were read again and are'), failing: [] }
    : { name: 'stored', ok: false, text: total === 0 ? 'This import holds no files.' : `${many(broken, 'file is', 'files are')} not in the library as it came in.`, failing: bad };

  let second: Check = { name: 'second_copy', ok: false, text: 'A second copy on another disk was not looked for. Name a folder that holds one.', failing: [] };
  if (o.copy !== null) {
    const { missing, unread } = await withoutCopy(o.copy, wanted, o.signal);
    second = missing.length === 0 && wanted.size > 0
      ? { name: 'second_copy', ok: true, text: `Every file has a second copy below ${o.copy}.`, failing: [] }
      : { name: 'second_copy', ok: false, text: `${many(missing.length, 'file has', 'files have')} no second copy below ${o.copy}.${unread.length ? ` Mantel may not look into ${unread.slice(0, 3).join(', ')}${unread.length > 3 ? ' and others' : ''}.` : ''}`, failing: missing.slice(0, SHOWN) };
  }
  const checks = [accounted, noProblems, copies, stored, second];
  return { runId: row.uuid, verdict: checks.every((c) => c.ok), at: new Date().toISOString(), checks, files: wanted.size, bytes };
}
