// For tests of import runs: a house that takes photos in for real, and a source whose plugin is a few functions in this process.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { CheckResult, ImportRun, ScanEvent, SourceCopy, SourceItem } from '@mantel/contracts/models/source.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import sharp from 'sharp';
import { createExiftool } from '../library/exiftool.ts';
import { createFacts } from '../library/facts/facts.ts';
import { openMarker } from '../library/marker.ts';
import { openAssets } from '../services/assets/open-assets.ts';
import { stemOf } from '../services/assets/part-name.ts';
import { createPreview } from '../services/assets/preview.ts';
import type { Doors } from '../services/imports/doors.ts';
import type { Asker } from '../services/imports/imports.ts';
import { openImports } from '../services/imports/open-imports.ts';
import { insertJob } from '../services/jobs/queue.repository.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, nextOrd, setHidden, setLocalTime } from '../services/timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../services/timeline/ord.ts';
import { openHouse, type House } from './house.ts';

export const MANIFEST: Manifest = {
  id: 'fake', name: 'Fake source', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: 'For tests.', entry: 'x.ts', permissions: { paths: [], hosts: [], addons: false }, memoryMb: 64,
  config: { type: 'object', properties: { paths: { type: 'array', items: { type: 'string' }, mantel: 'paths', accept: ['.zip'] } } },
};
/** What the fake source holds: entries by `ref`, and what a scan says. */
export interface FakeSource { files: Map<string, Buffer>; events: (config: Record<string, unknown>) => ScanEvent[]; check: () => CheckResult; opened: string[]; removed: string[]; /** called before bytes are given */ onOpen?: (ref: string) => Promise<void> | void; onRemove?: (ref: string) => Promise<void>; starts: number; /** what the house does when the plugin ends by itself */ end?: ((why: string) => void) | undefined }

export const picture = (n: number, more: { date?: string } = {}): Promise<Buffer> =>
  sharp({ create: { width: 40 + (n % 7), height: 30, channels: 3, background: { r: n % 256, g: (n * 7) % 256, b: (n * 13) % 256 } } }).withExif({ IFD2: { DateTimeOriginal: more.date ?? '2021:07:08 09:10:11' } }).jpeg().toBuffer();

export async function openImportHouse() {
  const house: House = await openHouse();
  const ann = await house.addPerson('Ann');
  const { db, data } = house;
  const errors: object[] = [];
  const exiftool = createExiftool();
  const quiet = { info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) };
  const marker = await openMarker(db, data);
  const enter = (sql: Parameters<typeof enterTimeline>[0], id: number): void => enterTimeline(sql, counted(sql, id)!);
  const opened = openAssets({
    db, data, facts: createFacts({ log: quiet, exiftool }), marker, preview: createPreview({ data, ratioByte, enqueue: insertJob }), log: quiet, wake: () => undefined, ratioByte, sidecarDue: () => undefined, joinSidecars: () => undefined, splitSidecar: () => undefined,
    enter, leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), hideArchived: (sql, user, id, on) => setHidden(sql, user, counted(sql, id)!, HIDDEN.archived, on), setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)),
    position: (sql, local, w, h) => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) }),
  });
  const nouns = opened.with({ readSidecar: () => Promise.resolve(null), arriving: () => undefined, opened: () => undefined });
  const source: FakeSource = { files: new Map(), events: () => [], check: () => ({ ok: true, collection: 'one', problems: [] }), opened: [], removed: [], starts: 0 };
  const process = (): PluginProcess => ({
    isolation: 'none', pid: 0, abilities: { open: true, watch: false, remove: true, migrate: false },
    check: () => Promise.resolve(source.check()),
    async *scan(config) { const all = source.events(config); for (let at = 0; at < all.length; at += 50) yield all.slice(at, at + 50); },
    async *open(ref) {
      source.opened.push(ref);
      await source.onOpen?.(ref);
      const bytes = source.files.get(ref);
      if (!bytes) throw new MantelError('damaged_entry', 'This file is damaged.');
      yield bytes;
    },
    remove: async (ref) => { source.removed.push(ref); await source.onRemove?.(ref); },
    async *watch() { /* nothing comes */ }, migrate: (c) => Promise.resolve(c), stop: () => Promise.resolve(),
  });
  const cards = new Map<string, string>();
  const albums = new Map<string, { name: string; assets: Set<string> }>();
  const doors: Doors = {
    db, data, diskOf: (path) => Promise.resolve(path.includes('/copy-') ? 'another' : 'own'), requireStorage: marker.require, room: { promise: () => Promise.resolve(() => undefined) }, log: quiet, changed: () => undefined, stopped: (run, trouble) => { if (trouble === null) cards.delete(run.uuid); else cards.set(run.uuid, trouble); return Promise.resolve(); },
    plugins: { manifest: (id) => { if (id !== 'fake') throw new MantelError('not_found'); return MANIFEST; }, open: (_id, o) => { source.starts++; source.end = o.onEnd; return Promise.resolve(process()); }, grants: (_m, config) => Promise.resolve({ read: [], config }), readSpan: () => Readable.from([]) as AsyncIterable<Buffer> },
    source: () => { throw new MantelError('not_found'); }, prepare: (_a, _p, config) => ({ ...config }),
    library: { ...nouns.imports, target: nouns.ingest.library, lockedOf: house.libraries.lockedOf, externalOf: house.libraries.externalOf, stemOf, restore: (userId, ids) => nouns.assets.restore(userId, ids) },
    albums: {
      ensure: async ({ ownerId, name, description, except }) => {
        const known = db.sql.get<{ uuid: string }>('select uuid from album where owner_id = ? and name = ? and uuid not in (select value from json_each(?)) order by id', ownerId, name, JSON.stringify(except))?.uuid;
        if (known !== undefined) return known;
        const uuid = randomUUID();
        await db.writeSql((sql) => sql.run('insert into album(uuid, name, description, owner_id, created_at, updated_at) values(?, ?, ?, ?, ?, 0)', uuid, name, description, ownerId, Date.now()));
        albums.set(uuid, { name, assets: new Set() });
        return uuid;
      },
      learn: async ({ uuid, name, was }) => {
        if (albums.get(uuid)?.name === was) albums.get(uuid)!.name = name;
        await db.writeSql((sql) => sql.run('update album set name = ? where uuid = ? and name = ?', name, uuid, was));
      },
      add: (_o, uuid, assets) => { for (const a of assets) albums.get(uuid)!.assets.add(a); return Promise.resolve(); },
      dropIfEmpty: async (uuid) => { await db.writeSql((sql) => sql.run('delete from album where uuid = ?', uuid)); albums.delete(uuid); },
    },
  };
  let imports = openImports(doors);
  const asker: Asker = { userId: ann.id, userUuid: ann.uuid, all: true };
  return {
    ...house, ann, asker, doors, source, albums, cards, /** what was told as an error */ errors,
    get imports() { return imports; },
    /** A person throws a photo away. */
    trash: (assetUuid: string) => nouns.assets.trash(ann.id, [assetUuid]),
    /** As after a stop of the house: what was in memory is gone. */
    async restart(): Promise<void> {
      await imports.stop();
      imports = openImports(doors);
      await imports.resume();
    },
    /** Resolves when the run is in one of these states. */
    async until(id: string, states: string[]): Promise<ImportRun> {
      for (let n = 0; n < 2000; n++) {
        const run = await imports.imports.get(asker, id);
        if (states.includes(run.state)) return run;
        if (['failed', 'done'].includes(run.state)) throw new Error(`it ended as ${run.state}: ${run.trouble ?? ''}`);
        await new Promise((resolve) => { setTimeout(resolve, 10); });
      }
      throw new Error('it took too long');
    },
    /** An item of one file in the fake source. */
    put(id: string, bytes: Buffer | null, more: Partial<SourceItem> & { copies?: Partial<SourceCopy>[] } = {}): ScanEvent {
      const { copies, ...rest } = more;
      if (bytes) source.files.set(id, bytes);
      return { type: 'item', item: { id, hints: {}, albums: [], ...rest, files: rest.files ?? [{ role: 'original', name: `${id}.jpg`, copies: (copies ?? [{}]).map((c, i) => ({ part: null, path: i ? `copy ${i}/${id}.jpg` : `${id}.jpg`, bytes: bytes?.length ?? null, here: true, ref: id, ...c })) as [SourceCopy] }] } };
    },
    uuid: randomUUID,
    async end(): Promise<void> {
      await imports.stop();
      await exiftool.close();
      await house.close();
    },
  };
}
export type ImportHouse = Awaited<ReturnType<typeof openImportHouse>>;
