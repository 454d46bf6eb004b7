import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Certificate } from '@mantel/contracts/models/source.ts';
import * as repo from './certify.repository.ts';
import type { Doors } from './doors.ts';
import { sha256Of } from './hash.ts';
import type { RunRow } from './runs.repository.ts';
import { withoutCopy } from './second-copy.ts';

type Check = Certificate['checks'][number];
const PAGE = 200;
const SHOWN = 100;
const many = (n: number, one: string, more: string): string => (n === 1 ? `1 ${one}` : `${n} ${more}`);

/** The folder of a second copy: there, and not on the library itself. Throws `bad_request`. */
export async function copyFolder(doors: Doors, path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory()) throw new MantelError('bad_request', `There is no folder ${path} on the machine of this Mantel. Is the disk connected?`);
  const own = await realpath(doors.data);
  if (real === own || real.startsWith(own + sep) || own.startsWith(real === sep ? sep : real + sep)) throw new MantelError('bad_request', 'This folder holds the library itself. A second copy lies on another disk.');
  return real;
}

/** May it be deleted where it came from? Reads every file of the run again. `done`, `total`: files. */
export async function certify(doors: Doors, row: RunRow, o: { copy: string | null; signal: AbortSignal; progress: (done: number, total: number, what: string) => void }): Promise<Certificate> {
  const { db } = doors;
  const pending = repo.entriesSaid(db.sql, row.id, 'pending');
  const problems = repo.entriesSaid(db.sql, row.id, 'problem');
  const left = repo.itemsLeft(db.sql, row.id);
  const accounted: Check = row.state === 'done' && pending.n === 0
    ? { name: 'accounted', ok: true, text: 'Every entry of the source is accounted for.', failing: [] }
    : { name: 'accounted', ok: false, text: row.state === 'done' ? `${many(pending.n, 'entry was', 'entries were')} not looked at yet.` : 'The import is not complete.', failing: pending.paths };
  const noProblems: Check = problems.n === 0 && left.n === 0
    ? { name: 'no_problems', ok: true, text: 'Nothing ended as a problem.', failing: [] }
    : { name: 'no_problems', ok: false, text: `${many(Math.max(problems.n, left.n), 'entry', 'entries')} could not be brought in. Look at them in the report; some may be had from the source in another way.`, failing: (problems.n ? problems.paths : left.said).slice(0, SHOWN) };

  const total = repo.countStored(db.sql, row.id);
  const wanted = new Map<string, { bytes: number; name: string }>(); // by hash: what is stored once is read once
  const bad: string[] = [];
  let [done, broken, bytes] = [0, 0, 0];
  for (let after = -1; ;) {
    const page = repo.storedEntries(db.sql, row.id, after, PAGE);
    for (const e of page) {
      o.signal.throwIfAborted();
      const known = e.sha256 !== '' && wanted.has(e.sha256);
      const good = known || (e.path !== null && !e.trashed && e.sha256 !== '' && (await doors.library.fileAt(e.path).then((file) => sha256Of(file, o.signal)).catch((err: unknown) => { if (o.signal.aborted) throw err; return ''; })) === e.sha256);
      if (good && !known) { wanted.set(e.sha256, { bytes: e.bytes, name: e.entry }); bytes += e.bytes; }
      if (!good && ++broken <= SHOWN) bad.push(`${e.entry}${e.trashed ? ' (in the trash)' : e.path === null ? ' (no longer here)' : ' (differs from what came in)'}`);
      o.progress(++done, total, 'reading the library again');
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.n;
  }
  const stored: Check = broken === 0 && total > 0
    ? { name: 'stored', ok: true, text: `All ${many(wanted.size, 'file was', 'files were')} read again and is exactly what came in.`.replace('files were read again and is', 'files were read again and are'), failing: [] }
    : { name: 'stored', ok: false, text: total === 0 ? 'This import holds no files.' : `${many(broken, 'file is', 'files are')} not in the library as it came in.`, failing: bad };

  let second: Check = { name: 'second_copy', ok: false, text: 'A second copy on another disk was not looked for. Name a folder that holds one.', failing: [] };
  if (o.copy !== null) {
    const missing = await withoutCopy(o.copy, wanted, o.signal, () => undefined);
    second = missing.length === 0 && wanted.size > 0
      ? { name: 'second_copy', ok: true, text: `Every file has a second copy below ${o.copy}.`, failing: [] }
      : { name: 'second_copy', ok: false, text: `${many(missing.length, 'file has', 'files have')} no second copy below ${o.copy}.`, failing: missing.slice(0, SHOWN) };
  }
  const checks = [accounted, noProblems, stored, second];
  return { runId: row.uuid, verdict: checks.every((c) => c.ok), at: new Date().toISOString(), checks, files: wanted.size, bytes };
}
