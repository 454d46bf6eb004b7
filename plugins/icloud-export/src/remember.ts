import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Store } from '@mantel/plugin-sdk';
import type { Media, Part } from './index-part.ts';
import type { Table } from './tables.ts';

const PREFIX = 'part:';
const pack = promisify(gzip) as (input: Buffer) => Promise<Buffer>;
const unpack = promisify(gunzip) as (input: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const MAX = 512 * 1024 * 1024;
type Short = [path: string, bytes: number, crc32: string | null, modifiedAt: number | null];
interface Note { v: 1; media: Short[]; tables: Table[] }

/** What later parts must know of this one. */
export async function remember(store: Store, part: Part): Promise<void> {
  const note: Note = { v: 1, tables: part.tables, media: part.media.map((m) => [m.path, m.bytes, m.crc32 ?? null, m.modifiedAt ?? null]) };
  await store.set(PREFIX + part.name, await pack(Buffer.from(JSON.stringify(note))));
}

/** Parts that were here before and are not now. */
export async function recall(store: Store, here: ReadonlySet<string>): Promise<Part[]> {
  const out: Part[] = [];
  for (const key of (await store.keys()).filter((k) => k.startsWith(PREFIX)).toSorted()) {
    const name = key.slice(PREFIX.length);
    const bytes = here.has(name) ? null : await store.get(key);
    if (!bytes) continue;
    const note = JSON.parse((await unpack(bytes, { maxOutputLength: MAX })).toString()) as Note;
    if (note.v !== 1) continue;
    out.push({ name, entries: [], tables: note.tables, media: note.media.map(([path, size, crc32, modifiedAt]): Media => ({ part: name, path, bytes: size, here: false, ...(crc32 ? { crc32 } : {}), ...(modifiedAt === null ? {} : { modifiedAt }) })) });
  }
  return out;
}
