import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EntryReason, SourceEntry, Span } from '@mantel/plugin-sdk';
import { ArchiveError, openZip, type Zip, type ZipEntry } from '@mantel/plugin-sdk/archive/zip.ts';
import { promised } from '@mantel/plugin-sdk/media-kinds.ts';
import { takeoutInArchive } from '@mantel/plugin-sdk/takeout-signs.ts';
import { walk } from '@mantel/plugin-sdk/walk.ts';
import { dirOf, nameOf } from './names.ts';
import { readTable, type Table } from './tables.ts';

/** A photo, video or XMP of the export. `span` as long as it is here. */
export interface Media { part: string | null; path: string; bytes: number; modifiedAt?: number; crc32?: string; here: boolean; span?: Span }
/** One zip, or one folder. `entries`: what is no photo, told. `media` in the order in which it is read well. */
export interface Part { name: string | null; media: Media[]; tables: Table[]; entries: SourceEntry[] }

const MAX_TABLE = 64 * 1024 * 1024;
const EVERY = 500;
/** How far it is: an index of many files takes long on a sleeping disk, and silence would be taken for its end. */
export interface Progress { done: number; what: string }
type Outcome = SourceEntry['outcome'];

/** What an entry is by its name: something to take, a table to read, or a reason to leave it. */
function judge(path: string, bytes: number): 'media' | 'table' | { outcome: Outcome; reason: EntryReason; detail: string } {
  const name = nameOf(path);
  if (/(^|\/)__MACOSX\//.test(path) || name.startsWith('._') || /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(name)) return { outcome: 'ignored', reason: 'system-file', detail: 'made by a system' };
  if (/\.csv$/i.test(name)) return 'table';
  if (/^AlbumInfo\.json$/i.test(name)) return { outcome: 'metadata', reason: 'album-metadata', detail: 'about a shared album' };
  if (/usage ?data/i.test(name)) return { outcome: 'ignored', reason: 'other-product', detail: "Apple's record of uploads" };
  const what = promised(name);
  if (what === 'picture' || what === 'raw' || what === 'video' || what === 'sidecar') return bytes > 0 ? 'media' : { outcome: 'problem', reason: 'empty', detail: 'the file is empty' };
  if (what === 'archive') return { outcome: 'ignored', reason: 'nested-archive', detail: /shared albums/i.test(name) ? 'shared albums: unpack this part and bring in this archive, too' : 'an archive inside of the export' };
  if (what === 'apple-edits') return { outcome: 'ignored', reason: 'not-a-photo', detail: "Apple's notes on an edited photo" };
  return { outcome: 'ignored', reason: 'not-a-photo', detail: 'no photo or video by its name' };
}

/** An empty `X.mp4` beside `X-1.mp4` only holds the place. */
function placeholders(part: Part): void {
  const names = new Set(part.media.map((m) => m.path.toLowerCase()));
  for (const e of part.entries) {
    const twin = e.reason === 'empty' && [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => e.path.toLowerCase().replace(/(\.[^.]*)?$/, `-${n}$1`)).find((p) => names.has(p));
    if (twin) Object.assign(e, { outcome: 'ignored', detail: `an empty placeholder; ${nameOf(twin)} beside it is the file` });
  }
}

async function takeTable(part: Part, path: string, bytes: number, read: () => Promise<Uint8Array>): Promise<void> {
  const told = { part: part.name, path, bytes };
  if (bytes > MAX_TABLE) return void part.entries.push({ ...told, outcome: 'problem', reason: 'too-large', detail: 'a table of more than 64 MB' });
  try {
    const table = readTable(path, await read());
    if (table) part.tables.push(table);
    part.entries.push(table ? { ...told, outcome: 'metadata', reason: table.kind === 'details' ? 'metadata' : 'album-metadata', detail: table.kind === 'automatic' ? 'a list that Apple makes by itself' : table.kind === 'details' ? 'dates and marks' : `a list of ${table.names.length} photos` }
      : bytes === 0 ? { ...told, outcome: 'metadata', reason: 'metadata', detail: 'an empty table' } : { ...told, outcome: 'ignored', reason: 'not-a-photo', detail: 'a table of something else' });
  } catch (error) {
    part.entries.push({ ...told, outcome: 'problem', reason: 'corrupt-metadata', detail: (error as Error).message.slice(0, 500) });
  }
}

/** Throws ArchiveError when nothing of it can be read; what came before a break is kept. */
export async function* indexZip(file: string, name: string, signal: AbortSignal): AsyncGenerator<Progress, Part> {
  const zip: Zip = await openZip(file);
  const part: Part = { name, media: [], tables: [], entries: [] };
  const media: { m: Media; e: ZipEntry }[] = [];
  try {
    const seen = new Set<string>();
    try {
      let done = 0;
      for await (const e of zip.entries()) {
        signal.throwIfAborted();
        if (++done % EVERY === 0) yield { done, what: name };
        const told = { part: name, path: e.path, bytes: e.bytes };
        const what = judge(e.path, e.bytes);
        if (e.unsafe) part.entries.push({ ...told, outcome: 'problem', reason: 'unsafe-path', detail: e.unsafe === 'link' ? 'a link to somewhere else' : 'its path leads out of the export' });
        else if (seen.has(e.path)) part.entries.push({ ...told, outcome: 'ignored', reason: 'same-entry', detail: 'the same path once more' });
        else if (takeoutInArchive(e.path)) part.entries.push({ ...told, outcome: 'ignored', reason: 'other-product', detail: 'of a Google Takeout: bring it in with that source' });
        else if (typeof what === 'object') part.entries.push({ ...told, ...what });
        else if (e.encrypted) part.entries.push({ ...told, outcome: 'problem', reason: 'encrypted', detail: 'it is locked with a password' });
        else if (what === 'table') await takeTable(part, e.path, e.bytes, () => zip.read(e, MAX_TABLE));
        else media.push({ m: { part: name, path: e.path, bytes: e.bytes, crc32: e.crc32, here: true, ...(e.modifiedAt === null ? {} : { modifiedAt: e.modifiedAt }) }, e });
        seen.add(e.path);
      }
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      part.entries.push({ part: null, path: name, bytes: null, outcome: 'problem', reason: error.reason, detail: `${error.message} Download it again for the rest.` });
    }
    for (const [n, { m, e }] of media.toSorted((a, b) => a.e.offset - b.e.offset).entries()) {
      if (n % EVERY === 0) { signal.throwIfAborted(); yield { done: n, what: name }; }
      try {
        part.media.push({ ...m, span: await zip.span(e) });
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
        part.entries.push({ part: name, path: m.path, bytes: m.bytes, outcome: 'problem', reason: error.reason, detail: error.message.slice(0, 1000) });
      }
    }
  } finally {
    await zip.close();
  }
  placeholders(part);
  return part;
}

/** An export that was unpacked, or folders of icloudpd. `zips`: archives that lie there, for the caller to look into. */
export async function* indexFolder(folder: string, label: string, signal: AbortSignal): AsyncGenerator<Progress, { part: Part; zips: { full: string; path: string; bytes: number }[] }> {
  const part: Part = { name: null, media: [], tables: [], entries: [] };
  const zips: { full: string; path: string; bytes: number }[] = [];
  let done = 0;
  for await (const f of walk(folder, { signal, skip: (path) => /^(@eaDir|@__thumb|\.thumbnails|#recycle|\$RECYCLE\.BIN|__MACOSX|\..*)$/i.test(nameOf(path)) })) {
    if (++done % EVERY === 0) yield { done, what: dirOf(f.path) || basename(folder) };
    const path = label ? `${label}/${f.path}` : f.path;
    const told = { part: null, path, bytes: f.bytes };
    const what = judge(path, f.bytes);
    if (f.problem) part.entries.push({ ...told, outcome: f.problem === 'unreadable' ? 'problem' : 'ignored', reason: f.problem === 'link' ? 'link' : f.problem === 'special' ? 'system-file' : 'unreadable', detail: f.problem === 'link' ? 'links are not followed' : f.problem === 'special' ? 'not a file' : 'it cannot be read' });
    else if (/\.zip$/i.test(f.path) && f.bytes > 0) zips.push({ full: f.full, path, bytes: f.bytes });
    else if (typeof what === 'object') part.entries.push({ ...told, ...what });
    else if (what === 'table') await takeTable(part, path, f.bytes, () => readFile(f.full));
    else part.media.push({ ...told, here: true, modifiedAt: f.modifiedAt, span: { path: f.full, start: 0, length: f.bytes, method: 'stored' } });
  }
  placeholders(part);
  return { part, zips };
}
