import type { ScanEvent, SourceAlbum, SourceContext, SourceCopy, SourceEntry } from '@mantel/plugin-sdk';
import { type Folder, foldersOf, isAlbum, metaOf } from './catalogue.ts';
import { unitsOf } from './folder.ts';
import { indexFolder } from './index-folder.ts';
import { indexTgz } from './index-tgz.ts';
import { breathe, indexZip } from './index-zip.ts';
import { buildItem, type Built, type FolderKind, rawPairs } from './items.ts';
import { mergeUnits } from './merge.ts';
import { nfc } from './names.ts';
import { baseOf, dirOf, shownPath } from './paths.ts';
import { type Found, locate } from './parts.ts';
import { maybeMedia, provesItself, whyNot } from './reasons.ts';
import { createPrints } from './prints.ts';
import { keyOf, recall, remember } from './remember.ts';
import { findRoots, within } from './roots.ts';
import type { Unit } from './slots.ts';
import { isHere, type Part, type PartIndex, type Placed, type Progress } from './types.ts';

const RANK: Record<FolderKind['kind'], number> = { year: 0, archive: 1, trash: 2, locked: 1, failed: 3, none: 3, album: 4, untitled: 5 };
const TELL_EVERY = 2000;

/** Everything that is known of the export: the parts that are here, and what is remembered of those that were. */
export async function* scan(paths: readonly string[], ctx: SourceContext): AsyncGenerator<ScanEvent> {
  const located = locate(paths);
  for (const p of located.problems) ctx.log(p.message);
  if (located.parts.length === 0) throw new Error(located.problems[0]?.message ?? 'There is no part of an export here.');
  const remembered = await recall(ctx.store);
  const parts: Part[] = [];
  for (const found of located.parts) {
    const key = keyOf(found.name);
    const before = remembered.get(key) ?? null;
    const index = yield* progress(indexPart(found, located.parts, ctx.signal, before));
    const part: Part = { ...withGone(index, before), file: found.file };
    if (index !== before) await remember(ctx.store, part);
    parts.push(part);
    remembered.delete(key);
    ctx.signal.throwIfAborted();
  }
  for (const part of remembered.values()) parts.push({ ...part, file: null });
  yield* tell(parts, ctx.signal);
  for (const { path, bytes, ...why } of located.left) yield { type: 'entry', entry: { part: null, path: shownPath(path), bytes, ...why } };
}

async function* progress(index: AsyncGenerator<Progress, PartIndex>): AsyncGenerator<ScanEvent, PartIndex> {
  for (;;) {
    const step = await index.next();
    if (step.done) return step.value;
    yield { type: 'progress', done: step.value.done, total: step.value.total, what: `Reading ${step.value.what}`.slice(0, 200) };
  }
}
function indexPart(found: Found, all: readonly Found[], signal: AbortSignal, before: PartIndex | null): AsyncGenerator<Progress, PartIndex> {
  const known = (stamp: string): PartIndex | null => (before && before.kind === found.kind && before.stamp === stamp ? before : null);
  if (found.kind === 'folder') return indexFolder(found.file, found.name, signal, new Set(all.map((p) => p.file).filter((f) => f !== found.file)));
  return unreadable(found, found.kind === 'zip' ? indexZip(found.file, found.name!, signal, known) : indexTgz(found.file, found.name!, signal, known), signal);
}
/** One part that cannot be read does not stop the others. */
async function* unreadable(found: Found, index: AsyncGenerator<Progress, PartIndex>, signal: AbortSignal): AsyncGenerator<Progress, PartIndex> {
  try {
    return yield* index;
  } catch {
    signal.throwIfAborted();
    return { name: found.name, kind: found.kind, stamp: 'unread', bytes: found.bytes, entries: [], trouble: { outcome: 'problem', reason: 'damaged-part', detail: 'This part cannot be read.' } };
  }
}
/** What lay in the folder, or in the part before it was fetched anew, and does not any more. */
function withGone(now: PartIndex, before: PartIndex | null): PartIndex {
  if (!before || before === now || before.entries.length === 0) return now;
  const paths = new Set(now.entries.map((e) => e.path));
  const gone = before.entries.filter((e) => !paths.has(e.path) && !e.trouble).map((e) => ({ ...e, gone: true }));
  return gone.length === 0 ? now : { ...now, entries: [...now.entries, ...gone] };
}

async function* tell(parts: readonly Part[], signal: AbortSignal): AsyncGenerator<ScanEvent> {
  const all: Placed[] = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
  const roots = findRoots(all);
  const folders = foldersOf(all.flatMap((placed) => {
    const { entry } = placed;
    const rel = entry.trouble ? null : within(roots, entry.path);
    if (rel === null) return [];
    const as = entry.json?.kind === 'asset' || (entry.json?.kind === 'bad' && dirOf(rel) !== '') ? 'note' as const : entry.json?.kind === 'album' && dirOf(rel) !== '' ? 'album' as const : entry.head && maybeMedia(entry) ? 'media' as const : null;
    return as ? [{ placed, rel, as }] : [];
  }));
  const units: Unit[] = [];
  const prints = createPrints();
  // the folders of the years first: what they show, albums show again
  for (const f of [...folders.values()].toSorted((a, b) => RANK[a.kind.kind] - RANK[b.kind.kind])) {
    const found = unitsOf(f.path, f.media, f.notes, prints);
    if (!isAlbum(f)) prints.learn(found);
    units.push(...found.filter((u) => u.note?.json.kind === 'asset' || u.live.length > 0 || u.edited.length > 0 || !u.primary || u.primary.placed.some((p) => provesItself(p.entry))));
    signal.throwIfAborted();
    await breathe();
  }
  const albums = albumsOf(folders);
  for (const album of albums.values()) yield { type: 'album', album };
  const kindOf = (path: string): FolderKind => folders.get(path)!.kind;
  const groups = mergeUnits(units, (path) => RANK[kindOf(path).kind]);
  const pairs = rawPairs(groups);
  const order = new Map(parts.map((p, i) => [p, i]));
  const built: Built[] = [];
  const ids = new Set<string>();
  for (const group of groups) {
    const made = buildItem(group, { kindOf, albumOf: (path) => (albums.has(path) ? albums.get(path)!.id : null), copy: copyOf, rawPairs: pairs });
    if (!made) continue;
    const id = made.item.id;
    for (let n = 2; ids.has(made.item.id); n++) made.item.id = `${id.slice(0, 1990)} #${n}`;
    ids.add(made.item.id);
    const lead = made.copies.find(isHere) ?? made.copies[0]!;
    made.order = [order.get(lead.part)!, lead.entry.n];
    built.push(made);
  }
  built.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  const taken = new Set<Placed['entry']>();
  const told = new Map<Placed['entry'], string[]>();
  for (const [i, b] of built.entries()) {
    for (const p of b.copies) taken.add(p.entry);
    for (const p of b.notes) told.set(p.entry, [...(told.get(p.entry) ?? []), b.item.id]);
    yield { type: 'item', item: b.item };
    if (i % TELL_EVERY === TELL_EVERY - 1) yield { type: 'progress', done: i + 1, total: built.length, what: 'Putting photos together' };
  }
  for (const part of parts) {
    if (part.file === null) continue;
    if (part.trouble) yield { type: 'entry', entry: { part: part.name, path: part.name ?? baseOf(part.file), bytes: part.bytes, ...part.trouble } };
    for (const entry of part.entries) if (!entry.gone && !taken.has(entry)) yield { type: 'entry', entry: reportOf({ part, entry }, roots, told.get(entry)) };
  }
}

const copyOf = (p: Placed): SourceCopy => {
  const { part, entry } = p;
  const base: SourceCopy = { part: part.name, path: entry.path, bytes: entry.bytes, here: isHere(p), ...(entry.crc >= 0 ? { crc32: entry.crc.toString(16).padStart(8, '0') } : {}), ...(entry.modifiedAt > 0 ? { modifiedAt: entry.modifiedAt } : {}) };
  if (!base.here) return base;
  if (part.kind === 'tgz') return { ...base, ref: `${entry.n} ${part.name!}` };
  return { ...base, span: part.kind === 'folder' ? { path: `${part.file!}/${entry.path}`, start: 0, length: entry.bytes, method: 'stored' } : { path: part.file!, start: entry.start, length: entry.length, method: entry.deflate ? 'deflate' : 'stored' } };
};

/** Albums by their folder. One that nobody named is made only on request. */
function albumsOf(folders: ReadonlyMap<string, Folder>): Map<string, SourceAlbum> {
  const out = new Map<string, SourceAlbum>();
  for (const f of folders.values()) {
    if (!isAlbum(f)) continue;
    const meta = metaOf(f);
    const name = nfc(baseOf(f.path));
    out.set(f.path, {
      id: `album ${f.path}`.slice(0, 2000), title: (meta?.title || name).slice(0, 500) || name, ...(meta?.description ? { description: meta.description } : {}), ...(f.kind.kind === 'untitled' ? { optional: true } : {}),
      ...(meta?.place ? { place: { lat: meta.place[0], lon: meta.place[1] } } : {}),
    });
  }
  return out;
}

function reportOf({ part, entry }: Placed, roots: readonly string[], of: string[] | undefined): SourceEntry {
  const base = { part: part.name, path: entry.path, bytes: entry.bytes };
  if (entry.trouble) return { ...base, ...entry.trouble };
  if (within(roots, entry.path) === null) return { ...base, outcome: 'ignored', reason: 'other-product' };
  const { json } = entry;
  if (of) return { ...base, outcome: 'metadata', reason: 'metadata', of: of.slice(0, 1000), ...(json?.kind === 'bad' ? { outcome: 'problem', reason: json.why, detail: json.detail } : {}) };
  if (json?.kind === 'bad') return { ...base, outcome: 'problem', reason: json.why, detail: json.detail };
  if (json?.kind === 'asset') return { ...base, outcome: 'problem', reason: 'sidecar-without-media', detail: 'The photo that it tells about is not here. It may lie in a part that is still missing.' };
  if (json?.kind === 'album' && dirOf(within(roots, entry.path)!) !== '') {
    const { comments } = json;
    return { ...base, outcome: 'metadata', reason: 'album-metadata', ...(comments.length > 0 ? { detail: `Comments, which Mantel does not keep: ${comments.join(' · ')}`.slice(0, 1000) } : {}) };
  }
  if (json) return { ...base, outcome: 'ignored', reason: 'not-a-photo' };
  return { ...base, ...whyNot(entry) };
}
