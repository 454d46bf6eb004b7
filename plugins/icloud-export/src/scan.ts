import { createHash } from 'node:crypto';
import type { ScanEvent, SourceAlbum, SourceContext, SourceCopy, SourceItem } from '@mantel/plugin-sdk';
import { pairSidecars } from '@mantel/plugin-sdk/sidecars.ts';
import type { Media, Part } from './index-part.ts';
import { byNames, hintsOf, type Known, type List, matchRows, membersOf } from './library.ts';
import { dirOf, fold, nameOf } from './names.ts';
import { type Config, indexAll, placesOf } from './parts.ts';
import { joinEarlier } from './remember.ts';

const MAX_ID = 2000;
const idOf = (m: Media): string => { const id = `${m.part ?? ''}/${m.path}`; return id.length <= MAX_ID ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`; };
const copyOf = ({ part, path, bytes, here, span, crc32, modifiedAt }: Media): SourceCopy => ({ part, path, bytes, here, ...(span ? { span } : {}), ...(crc32 ? { crc32 } : {}), ...(modifiedAt === undefined ? {} : { modifiedAt }) });
const isXmp = (m: Media): boolean => /\.xmp$/i.test(m.path);

/** Lists of favourites and hidden photos mark them; the others are albums. */
function albumsOf(parts: readonly Part[], photos: readonly Known[]): { albums: SourceAlbum[]; of: Map<Known, string[]>; favourites: Set<Known>; hidden: Set<Known>; told: Map<string, { detail: string; of: string[] }> } {
  const names = byNames(photos);
  const albums = new Map<string, SourceAlbum>();
  const of = new Map<Known, string[]>();
  const [favourites, hidden] = [new Set<Known>(), new Set<Known>()];
  const told = new Map<string, { detail: string; of: string[] }>();
  const add = (k: Known, id: string): void => { const list = of.get(k) ?? of.set(k, []).get(k)!; if (!list.includes(id)) list.push(id); };
  for (const part of parts) {
    for (const list of part.tables.filter((t): t is List => t.kind !== 'details' && t.kind !== 'automatic')) {
      const { members, unsure, missing } = membersOf(list, names);
      if (list.kind === 'favourites') for (const k of members) favourites.add(k);
      else if (list.kind === 'hidden') for (const k of members.filter((m) => m.media.part === part.name)) hidden.add(k); // by a name alone, nothing is put out of sight
      else {
        const id = `${list.kind}:${fold(list.title)}`.slice(0, MAX_ID);
        albums.set(id, { id, title: list.title.slice(0, 500), ...(list.kind === 'memory' ? { optional: true } : {}) });
        for (const k of members) add(k, id);
      }
      const words = [`a list of ${list.names.length} photos`, unsure ? `${unsure} names stand for several photos and were left out` : '', missing ? `${missing} are not in the parts that are here` : ''].filter(Boolean).join('; ');
      told.set(`${part.name ?? ''}\0${list.path}`, { detail: words, of: members.slice(0, 1000).map((k) => idOf(k.media)) });
    }
    sharedAlbums(part, photos, albums, add);
  }
  return { albums: [...albums.values()], of, favourites, hidden, told };
}

/** Shared albums, unpacked: a folder each, with an AlbumInfo.json in it. */
function sharedAlbums(part: Part, photos: readonly Known[], albums: Map<string, SourceAlbum>, add: (k: Known, id: string) => void): void {
  const folders = new Set(part.entries.filter((e) => /^albuminfo\.json$/i.test(nameOf(e.path))).map((e) => dirOf(e.path)));
  if (folders.size === 0) return;
  for (const k of photos) {
    const dir = dirOf(k.media.path);
    if (k.media.part !== part.name || !folders.has(dir)) continue;
    const id = `shared:${fold(dir)}`.slice(0, MAX_ID);
    albums.set(id, { id, title: nameOf(dir).slice(0, 500) || 'Shared album' });
    add(k, id);
  }
}

/** First all lists, then the photos part by part: what belongs together may lie in different parts. */
export async function* scan(config: Config, { signal, store }: Pick<SourceContext, 'signal' | 'store'>, now: () => number = Date.now): AsyncGenerator<ScanEvent> {
  const { places, trouble } = await placesOf(config.paths ?? []);
  for (const t of trouble) yield { type: 'entry', entry: { part: null, path: t.path, bytes: null, outcome: 'problem', reason: 'unreadable', detail: t.message } };
  yield { type: 'progress', done: 0, total: null };
  const index = indexAll(places, signal);
  let step = await index.next();
  for (; !step.done; step = await index.next()) yield { type: 'progress', done: step.value.done, total: null, what: step.value.what.slice(-200) };
  const here = step.value;
  const parts = [...here, ...(await joinEarlier(store, here, now()))];

  const known = matchRows(parts);
  const photos = known.filter((k) => !isXmp(k.media));
  const { albums, of, favourites, hidden, told } = albumsOf(parts, photos);
  const used = new Set([...of.values()].flat());
  for (const album of albums) if (used.has(album.id)) yield { type: 'album', album };
  for (const part of parts) for (const e of part.entries) yield { type: 'entry', entry: { ...e, ...told.get(`${e.part ?? ''}\0${e.path}`) } };

  const sidecars = new Map<Known, Media>();
  for (const group of Map.groupBy(known, (k) => `${k.media.part ?? ''}\0${dirOf(k.media.path)}`).values()) {
    signal.throwIfAborted();
    if (!group.some((k) => isXmp(k.media))) continue;
    const all = group.map((k) => ({ k, name: nameOf(k.media.path), bytes: k.media.bytes }));
    const pairs = pairSidecars(all.filter((x) => !isXmp(x.k.media)), all.filter((x) => isXmp(x.k.media)));
    for (const [photo, xmp] of pairs.of) sidecars.set(photo.k, xmp.k.media);
    for (const [{ k: { media } }, { reason, detail }] of pairs.alone) if (media.here) yield { type: 'entry', entry: { part: media.part, path: media.path, bytes: media.bytes, outcome: reason === 'too-large' ? 'problem' : 'ignored', reason, detail } };
  }
  let done = 0;
  for (const k of photos) {
    if (done++ % 500 === 0) { signal.throwIfAborted(); yield { type: 'progress', done, total: photos.length, what: (k.media.part ?? dirOf(k.media.path)).slice(-200) }; }
    const sidecar = sidecars.get(k);
    const item: SourceItem = {
      id: idOf(k.media), albums: of.get(k) ?? [], hints: { ...hintsOf(k), ...(favourites.has(k) ? { favourite: true } : {}), ...(hidden.has(k) ? { archived: true } : {}) },
      files: [{ role: 'original', name: k.name, copies: [copyOf(k.media)], ...(sidecar ? { sidecar: copyOf(sidecar) } : {}) }],
    };
    yield { type: 'item', item };
  }
  yield { type: 'progress', done: photos.length, total: photos.length };
}
