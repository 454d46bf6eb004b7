// A house in a few lines: what becomes of the events of a scan, over several runs. It keeps to what the contract promises authors and knows nothing of Takeout.
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { SourceCopy, SourceEntry, SourceFile, SourceHints, SourceItem } from '@mantel/plugin-sdk';
import { testContext } from '@mantel/plugin-sdk/testing.ts';
import plugin from '../plugin.ts';
import { readAt } from '../zip.ts';
import type { End } from './score.ts';

interface KeptFile { sha: string; asset: Kept; role: SourceFile['role']; motion: boolean }
interface Kept { files: Set<KeptFile>; name: string; hints: SourceHints; albums: Set<string>; path: string }
export interface Run { items: SourceItem[]; entries: SourceEntry[]; /** Events per entry, by part and path. */ accounted: Map<string, number>; added: number }

export function createHost() {
  const context = testContext();
  const bySha = new Map<string, KeptFile>();
  const known = new Map<string, KeptFile>();
  const albums = new Map<string, { title: string; optional: boolean }>();
  const key = (c: { part: string | null; path: string }): string => `${c.part ?? ''}\0${c.path}`;

  const bytesOf = async (c: SourceCopy, paths: string[]): Promise<Buffer> => {
    if (c.span) {
      const fd = openSync(c.span.path, 'r');
      const raw = readAt(fd, c.span.start, c.span.length);
      closeSync(fd);
      return c.span.method === 'deflate' ? inflateRawSync(raw) : raw;
    }
    const parts: Uint8Array[] = [];
    for await (const b of plugin.open!(c.ref!, { paths }, context)) parts.push(b);
    return Buffer.concat(parts);
  };
  /** The file that one of the copies is already; else the first that can be read is taken in. */
  const fileOf = async (file: SourceFile, paths: string[]): Promise<KeptFile | null> => {
    const here = file.copies.map((c) => known.get(key(c))).find((f) => f !== undefined);
    let kept = here;
    if (!kept) {
      const copy = file.copies.find((c) => c.here);
      if (!copy) return null;
      const bytes = await bytesOf(copy, paths);
      if (copy.bytes !== null && bytes.length !== copy.bytes) throw new Error(`${copy.path}: ${bytes.length} bytes instead of ${copy.bytes}`);
      const sha = createHash('sha256').update(bytes).digest('hex');
      kept = bySha.get(sha);
      if (!kept) {
        const asset: Kept = { files: new Set(), name: file.name, hints: {}, albums: new Set(), path: copy.path };
        kept = { sha, asset, role: 'original', motion: bytes.includes('GCamera:MotionPhoto') };
        asset.files.add(kept);
        bySha.set(sha, kept);
      }
    }
    for (const c of file.copies) known.set(key(c), kept);
    return kept;
  };
  const take = async (item: SourceItem, paths: string[]): Promise<void> => {
    let asset: Kept | null = null;
    for (const file of item.files) {
      const kept = await fileOf(file, paths);
      if (!kept) continue;
      if (!asset) {
        if (kept.asset.files.size > 1 && kept.role !== 'original') {
          kept.asset.files.delete(kept);
          kept.asset = { files: new Set([kept]), name: file.name, hints: {}, albums: new Set(), path: file.copies[0].path };
        }
        ({ asset } = kept);
        kept.role = 'original';
        asset.name = file.name;
      } else if (kept.asset !== asset) {
        kept.asset.files.delete(kept);
        for (const a of kept.asset.albums) asset.albums.add(a);
        kept.asset = asset;
        asset.files.add(kept);
      }
      if (file !== item.files[0]) kept.role = file.role;
    }
    if (!asset) return;
    asset.hints = { ...item.hints };
    for (const a of item.albums) asset.albums.add(a);
  };

  return {
    context,
    /** One run over the parts in `paths`. Throws where the scan breaks its promises. */
    async run(paths: string[]): Promise<Run> {
      const before = bySha.size;
      const run: Run = { items: [], entries: [], accounted: new Map(), added: 0 };
      const account = (c: { part: string | null; path: string }): void => void run.accounted.set(key(c), (run.accounted.get(key(c)) ?? 0) + 1);
      const ids = new Set<string>();
      for await (const e of plugin.scan({ paths }, context)) {
        if (e.type === 'album') albums.set(e.album.id, { title: e.album.title, optional: e.album.optional ?? false });
        if (e.type === 'entry') {
          run.entries.push(e.entry);
          account(e.entry);
        }
        if (e.type !== 'item') continue;
        if (ids.has(e.item.id)) throw new Error(`two items are called ${e.item.id}`);
        ids.add(e.item.id);
        run.items.push(e.item);
        for (const f of e.item.files) for (const c of f.copies) if (c.here) account(c);
        await take(e.item, paths);
      }
      run.added = bySha.size - before;
      return run;
    },
    /** What is in the library now. */
    end(): End {
      const assets = [...new Set([...bySha.values()].map((f) => f.asset))].filter((a) => a.files.size > 0);
      const titles = (a: Kept): string[] => [...a.albums].map((id) => albums.get(id)!).filter((l) => !l.optional).map((l) => l.title);
      return {
        assets: assets.map((a) => {
          const files = [...a.files];
          const original = files.find((f) => f.role === 'original')!;
          const { hints } = a;
          return {
            sha256: original.sha, path: a.path, originalName: a.name, takenAt: hints.takenAt === undefined ? null : new Date(hints.takenAt).toISOString(), ...(hints.gps ? { gps: [hints.gps.lat, hints.gps.lon] as [number, number] } : {}), description: hints.description ?? '',
            favorite: hints.favourite ?? false, archived: hints.archived ?? false, trashed: hints.trashed ?? false, locked: hints.locked ?? false, partner: hints.partner ?? false, people: hints.people ?? [], albums: titles(a),
            liveSha256: files.find((f) => f.role === 'live')?.sha ?? (original.motion ? true : null), editedSha256: files.filter((f) => f.role === 'edited').map((f) => f.sha),
          };
        }),
        albums: [...albums].filter(([, l]) => !l.optional).map(([id, l]) => ({ title: l.title, count: assets.filter((a) => a.albums.has(id)).length })),
      };
    },
  };
}
