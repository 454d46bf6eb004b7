import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Store } from '@mantel/plugin-sdk';
import type { Media, Part } from './index-part.ts';
import type { Table } from './tables.ts';

// Apple calls the parts of every export alike, so names do not tell whose they are, nor of which year. What is remembered is kept apart by export: a part joins those that it does not contradict.
const PREFIX = 'part/';
/** Apple keeps an export for download for some weeks; a part that comes later is of another one, unless it was here before. */
const TOGETHER_MS = 60 * 86_400_000;
const MAX = 512 * 1024 * 1024;
const pack = promisify(gzip) as (input: Buffer) => Promise<Buffer>;
const unpack = promisify(gunzip) as (input: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
type Short = [path: string, bytes: number, crc32: string | null, modifiedAt: number | null];
interface Note { v: 2; name: string; /** Counts the exports from 1. */ nth: number; at: number; media: Short[]; tables: Table[] }

const keyOf = (name: string): string => PREFIX + createHash('sha256').update(name).digest('hex');
/** The first export's parts are called as their files are. */
const labelOf = (name: string, nth: number): string => (nth === 1 ? name : `${name} (export ${nth})`);
const isWorth = (part: Part): part is Part & { name: string } => part.name !== null && part.media.length + part.tables.length > 0;

/** Gives the parts that are here the names of their export, and keeps what later ones must know of them. Returns the parts of it that were here before and are not now. */
export async function joinEarlier(store: Store, here: readonly Part[], now: number): Promise<Part[]> {
  const notes = await read(store);
  const nth = exportOf(notes, here, now);
  for (const part of here) {
    const { name } = part;
    if (name === null) continue;
    relabel(part, labelOf(name, nth));
    if (isWorth(part)) await write(store, part, { name, nth, at: now });
  }
  const names = new Set(here.map((p) => p.name));
  return notes.filter((n) => n.nth === nth && !names.has(labelOf(n.name, nth))).map((n): Part => {
    const name = labelOf(n.name, nth);
    return { name, entries: [], tables: n.tables, media: n.media.map(([path, bytes, crc32, modifiedAt]): Media => ({ part: name, path, bytes, here: false, ...(crc32 ? { crc32 } : {}), ...(modifiedAt === null ? {} : { modifiedAt }) })) };
  });
}

/** The export that these parts are of: one that has the same parts, or is new enough and has none of these names; else the next number. */
function exportOf(notes: readonly Note[], here: readonly Part[], now: number): number {
  const parts = new Map(here.filter(isWorth).map((p) => [p.name, p]));
  let best: { nth: number; agreeing: number; at: number } | null = null;
  for (const [nth, of] of Map.groupBy(notes, (n) => n.nth)) {
    const met = of.filter((n) => parts.has(n.name));
    const at = Math.max(...of.map((n) => n.at));
    if (met.some((n) => !isSame(n, parts.get(n.name)!)) || (met.length === 0 && now - at > TOGETHER_MS)) continue;
    if (!best || met.length > best.agreeing || (met.length === best.agreeing && at > best.at)) best = { nth, agreeing: met.length, at };
  }
  return best?.nth ?? Math.max(0, ...notes.map((n) => n.nth)) + 1;
}

/** One holds all photos of the other: a download that broke off is the same part. */
function isSame(note: Note, part: Part): boolean {
  const before = new Set(note.media.map(([path, bytes, crc32]) => `${bytes} ${crc32 ?? ''} ${path}`));
  const now = new Set(part.media.map((m) => `${m.bytes} ${m.crc32 ?? ''} ${m.path}`));
  if (before.size === 0 || now.size === 0) return before.size === now.size && JSON.stringify(note.tables) === JSON.stringify(part.tables);
  const [few, many] = before.size < now.size ? [before, now] : [now, before];
  return [...few].every((photo) => many.has(photo));
}

function relabel(part: Part, label: string): void {
  const { name } = part;
  part.name = label;
  for (const m of part.media) m.part = label;
  for (const e of part.entries) if (e.part === name) e.part = label;
}

async function write(store: Store, part: Part, about: Pick<Note, 'name' | 'nth' | 'at'>): Promise<void> {
  const note: Note = { v: 2, ...about, tables: part.tables, media: part.media.map((m) => [m.path, m.bytes, m.crc32 ?? null, m.modifiedAt ?? null]) };
  await store.set(keyOf(part.name!), await pack(Buffer.from(JSON.stringify(note))));
}

async function read(store: Store): Promise<Note[]> {
  const out: Note[] = [];
  for (const key of (await store.keys()).filter((k) => k.startsWith(PREFIX))) {
    const bytes = await store.get(key);
    const note = bytes && JSON.parse((await unpack(bytes, { maxOutputLength: MAX })).toString()) as Note;
    if (note?.v === 2) out.push(note);
  }
  return out.toSorted((a, b) => a.nth - b.nth || (a.name < b.name ? -1 : 1));
}
