import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ScanEvent, SourceCopy, SourceEntry, SourceItem } from '@mantel/plugin-sdk';
import { rootsOf, type Config } from './config.ts';
import { diskName } from './disk-name.ts';
import { skipper } from './glob.ts';
import { headOf, looksLikeMedia, promised } from '@mantel/plugin-sdk/media-kinds.ts';
import { refOf } from './ref.ts';
import { pairSidecars } from '@mantel/plugin-sdk/sidecars.ts';
import { fileHere, type FileHere, type FolderHere, type Left, walk } from './walk.ts';

/** Untouched for this long, a file is whole. Copying programs write at least once in that time. */
const SETTLE_MS = 2500;
const PROGRESS_MS = 500;
const MAX_ID = 2000;
const MAX_FOLDER = 1000;

const idOf = (f: FileHere): string => {
  const id = f.exact ? f.path : `${f.path}?${f.disk.subarray(f.disk.lastIndexOf(0x2f) + 1).toString('hex')}`;
  return id.length <= MAX_ID ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
};
const copyOf = (f: FileHere): SourceCopy => ({ part: null, path: f.path, bytes: f.bytes, here: true, modifiedAt: f.modifiedAt, ref: refOf(f), ...(f.exact ? { span: { path: f.disk.toString(), start: 0, length: f.bytes, method: 'stored' } } : {}) });
const entry = ({ path, bytes, outcome, reason, detail }: Left): ScanEvent => ({ type: 'entry', entry: { part: null, path, bytes, outcome, reason, detail } satisfies SourceEntry });
const leave = (f: FileHere, outcome: Left['outcome'], reason: Left['reason'], detail: string): ScanEvent => entry({ path: f.path, bytes: f.bytes, outcome, reason, detail });

/** The album that a folder makes; none for those that cameras number. */
function albumOf(here: FolderHere, how: Config['albums']): { id: string; title: string } | null {
  if (how !== 'folder' && how !== 'path') return null;
  const parts = here.path.split('/').filter(Boolean);
  const own = parts.length ? parts : [diskName(here.disk.subarray(here.disk.lastIndexOf(0x2f) + 1)).name].filter(Boolean);
  if (own.length === 0 || /^(dcim|camera|\d{3}[\w-]{3,6}|originals|masters)$/i.test(own.at(-1)!)) return null;
  return { id: `folder:${here.path}`.slice(0, MAX_ID), title: (how === 'folder' ? own.at(-1)! : own.join(' / ')).slice(0, 500) };
}

/** Everything in one folder: what it is, and what goes with what. */
async function* eventsOf(here: FolderHere, config: Config): AsyncGenerator<ScanEvent> {
  yield* here.left.map(entry);
  const photos: FileHere[] = [];
  const sidecars: FileHere[] = [];
  for (const f of here.files) {
    const what = promised(f.name);
    if (what === 'sidecar') sidecars.push(f);
    else if (what === 'apple-edits') yield leave(f, 'ignored', 'not-a-photo', "Apple's notes on an edited photo; the edited photo itself is taken where it lies beside it");
    else if (what === 'archive') yield leave(f, 'ignored', 'nested-archive', 'archives are not opened');
    else if (what === 'small-copy') yield leave(f, 'ignored', 'thumbnail', 'a small copy that the camera made of a video');
    else if (what === 'other') yield leave(f, 'ignored', 'not-a-photo', 'no photo or video by its name');
    else if (what !== 'unknown') photos.push(f);
    else {
      const head = await headOf(f.disk).catch(() => null);
      if (head === null) yield leave(f, 'problem', 'unreadable', 'it cannot be read');
      else if (looksLikeMedia(head)) photos.push(f);
      else yield leave(f, 'ignored', 'not-a-photo', 'no photo or video');
    }
  }
  const { of, alone } = pairSidecars(photos, sidecars);
  for (const [s, left] of alone) yield leave(s, left.reason === 'too-large' ? 'problem' : 'ignored', left.reason, left.detail);
  const album = albumOf(here, config.albums);
  if (album && photos.length) yield { type: 'album', album };
  const before = new Map<string, FileHere>();
  const further: FileHere[] = []; // of a name that is there already
  for (const f of here.picasa) {
    if (before.has(f.name.toLowerCase())) further.push(f);
    else before.set(f.name.toLowerCase(), f);
  }
  const folder = diskName(here.disk).name.slice(-MAX_FOLDER);
  const itemOf = (f: FileHere, edited?: FileHere): SourceItem => ({
    id: idOf(edited ?? f), hints: { folder }, albums: album ? [album.id] : [],
    files: [{ role: 'original', name: f.name, copies: [copyOf(f)], ...sidecarOf(f) }, ...(edited ? [{ role: 'edited' as const, name: edited.name, copies: [copyOf(edited)] as [SourceCopy], ...sidecarOf(edited) }] : [])],
  });
  const sidecarOf = (f: FileHere): { sidecar?: SourceCopy } => { const s = of.get(f); return s ? { sidecar: copyOf(s) } : {}; };
  for (const f of photos) {
    const original = before.get(f.name.toLowerCase());
    before.delete(f.name.toLowerCase());
    yield { type: 'item', item: original ? itemOf(original, f) : itemOf(f) };
  }
  for (const f of [...before.values(), ...further]) yield { type: 'item', item: itemOf(f) };
}

export interface Times { settleMs: number; now: () => number }

/** Folder by folder. One in which something was written just now comes last, when it had time to settle; what still changes then is left for the next run. */
export async function* scan(config: Config, signal: AbortSignal, { settleMs, now }: Times = { settleMs: SETTLE_MS, now: Date.now }): AsyncGenerator<ScanEvent> {
  const { roots, trouble } = await rootsOf(config.paths);
  for (const t of trouble) yield { type: 'entry', entry: { part: null, path: t.path, bytes: null, outcome: 'problem', reason: 'unreadable', detail: t.message } };
  const unwanted = skipper(config.skip ?? []);
  const fresh: FolderHere[] = [];
  let done = 0;
  let told = 0;
  for await (const here of walk(roots, { subfolders: config.subfolders ?? true, unwanted, signal })) {
    if ([...here.files, ...here.picasa].some((f) => f.modifiedAt > now() - settleMs)) fresh.push(here);
    else yield* eventsOf(here, config);
    done += here.files.length + here.picasa.length;
    if (now() - told < PROGRESS_MS) continue;
    told = now();
    yield { type: 'progress', done, total: null, what: (here.path || diskName(here.disk).name).slice(-200) };
  }
  if (fresh.length) await pause(settleMs, undefined, { signal });
  for (const here of fresh) yield* eventsOf(await settled(here), config);
  yield { type: 'progress', done, total: done };
}

/** What is as it was. A name that is gone by now was a temporary one. */
async function settled(before: FolderHere): Promise<FolderHere> {
  const left = [...before.left];
  const still = async (files: readonly FileHere[]): Promise<FileHere[]> => {
    const same: FileHere[] = [];
    for (const f of files) {
      const now = await fileHere(f.disk, f.path);
      if (now !== 'folder' && !('reason' in now) && now.bytes === f.bytes && now.modifiedAt === f.modifiedAt) same.push(f);
      else if (now === 'folder' || !('reason' in now) || !now.gone) left.push({ path: f.path, bytes: f.bytes, outcome: 'problem', reason: 'unreadable', detail: 'it is still being written; the next run takes it' });
    }
    return same;
  };
  return { ...before, files: await still(before.files), picasa: await still(before.picasa), left };
}
