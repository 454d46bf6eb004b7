import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { RunPart } from '@mantel/contracts/models/source.ts';
import type { Doors } from './doors.ts';
import { sha256Of } from './hash.ts';
import { librariesOfRun } from './known.repository.ts';
import { type Part, partsOf, runByUuid, type RunRow, runsIn, setPart } from './runs.repository.ts';
import { filesOfPart, openInPart } from './parts.repository.ts';

export const PARTS = join('library', '.mantel', 'parts');
const SPARE = 2e9;
const KEEP_MS = 7 * 24 * 3600 * 1000;

/** Files that a browser sends, until they are imported: DATA/library/.mantel/parts/<run>/<name>. How much of one is here is the size of its file. */
const freeOn = async (dir: string): Promise<number> => statfs(dir).then((fs) => fs.bavail * fs.bsize);
export function createPartStore(doors: Pick<Doors, 'db' | 'data' | 'log' | 'changed'>, free: (dir: string) => Promise<number> = freeOn) {
  const { db, data } = doors;
  const folder = (runUuid: string): string => join(data, PARTS, runUuid);
  const path = (runUuid: string, name: string): string => join(folder(runUuid), name);
  const received = async (runUuid: string, p: Part): Promise<number> => {
    if (p.state === 'released' || p.state === 'imported' || p.state === 'here') return p.bytes;
    return (await stat(path(runUuid, p.name)).catch(() => ({ size: 0 }))).size;
  };
  /** Is everything that came of this part safely in the library? Read again, not believed. */
  const verified = async (row: RunRow, part: string, signal: AbortSignal): Promise<boolean> => {
    const about = { runId: row.id, libraries: librariesOfRun(db.sql, row.libraryId, row.ownerId) };
    const same = new Set<string>();
    for (let after = -1; ;) {
      const page = filesOfPart(db.sql, about, part, after, 100);
      for (const f of page) {
        if (f.sha256 !== null && same.has(f.sha256)) continue;
        if (f.path === null || f.sha256 === null || (await sha256Of(join(data, f.path), signal).catch(() => '')) !== f.sha256) return false;
        same.add(f.sha256);
      }
      if (page.length < 100) return true;
      after = page.at(-1)!.n;
    }
  };

  return {
    folder, path,
    /** What a scan reads; null when nothing comes from a browser. */
    of(row: RunRow): { folder: string; paths: string[] } | null {
      const parts = partsOf(row);
      return parts.length ? { folder: folder(row.uuid), paths: parts.filter((p) => p.state === 'here' || p.state === 'imported').map((p) => path(row.uuid, p.name)) } : null;
    },
    /** Complete, and not scanned yet. */
    waiting: (row: RunRow): number[] => partsOf(row).flatMap((p, n) => (p.state === 'here' && !p.scanned ? [n] : [])),
    scanned: (row: RunRow, which: number[]): Promise<void> => db.writeSql((sql) => { for (const n of which) setPart(sql, row.id, n, { scanned: true }); }),
    complete: (row: RunRow): boolean => partsOf(row).every((p) => p.state !== 'waiting' && p.state !== 'arriving'),
    view: (row: RunRow): Promise<RunPart[]> => Promise.all(partsOf(row).map(async (p) => {
      const got = await received(row.uuid, p);
      return { name: p.name, bytes: p.bytes, received: got, state: p.state === 'waiting' && got > 0 ? 'arriving' as const : p.state };
    })),
    received,
    /** Throws `storage_full` while a part would not leave room; `wait`: another part is on its way out. */
    async room(row: RunRow, n: number): Promise<void> {
      const parts = partsOf(row);
      const part = parts[n]!;
      const missing = async (p: Part): Promise<number> => p.bytes - (await received(row.uuid, p));
      let needed = await missing(part);
      for (const [i, p] of parts.entries()) if (i !== n && p.state === 'arriving') needed += await missing(p); // what began before has its place
      if ((await free(data)) >= needed + SPARE) return;
      const others = parts.some((p, i) => i !== n && (p.state === 'here' || p.state === 'imported' || p.state === 'arriving'));
      throw new MantelError('storage_full', others ? 'There is no room for this part yet. It is taken as soon as the parts before it are imported.' : 'There is not enough room on the disk for this part and 2 GB. Make room, then go on.', { wait: others });
    },
    /** Parts whose entries are all accounted for and whose files were read again. */
    async release(row: RunRow, signal: AbortSignal): Promise<void> {
      for (const [n, p] of partsOf(row).entries()) {
        if (p.state !== 'here' && p.state !== 'imported') continue;
        if (!p.scanned || openInPart(db.sql, row.id, p.name, 'pending')) continue;
        const gone = !openInPart(db.sql, row.id, p.name, 'retry') && await verified(row, p.name, signal);
        await db.writeSql((sql) => setPart(sql, row.id, n, { state: gone ? 'released' : 'imported' }));
        if (gone) await rm(path(row.uuid, p.name), { force: true });
        doors.changed();
      }
    },
    begin: async (runUuid: string): Promise<void> => void await mkdir(folder(runUuid), { recursive: true, mode: 0o700 }),
    drop: (runUuid: string): Promise<void> => rm(folder(runUuid), { recursive: true, force: true }),
    /** At boot: folders that no run will ask for. */
    async sweep(now = Date.now()): Promise<void> {
      const wanted = new Set(runsIn(db.sql, ['collecting', 'scanning', 'ready', 'running', 'paused', 'failed']).map((r) => r.uuid));
      for (const name of await readdir(join(data, PARTS)).catch(() => [])) {
        const row = runByUuid(db.sql, name);
        if (wanted.has(name) || (row?.state === 'done' && (row.endedAt ?? 0) > now - KEEP_MS)) continue;
        await rm(join(data, PARTS, name), { recursive: true, force: true });
      }
    },
  };
}
export type PartStore = ReturnType<typeof createPartStore>;
