import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startHouse, type House } from '../bench/house.ts';
import { isMedia, isSidecar, judgeAll, photoOf, type Fact, type Reading } from './facts.ts';
import { importSet, type Held, type Imported } from './importing.ts';
import { MEDIA, readManifest, type ManifestFile } from './manifest.ts';
import { compare, look, reference } from './reference.ts';
import { watch, type Watched } from './watch.ts';

/** What one file came to. `account`: where it is now, or why it is not; null when nobody knows. `preview`: null when there is nothing to compare. */
export interface FileResult { file: string; kind: string; account: string | null; /** What the upload answered, when nobody knows where the file is. */ lost?: string; facts: Fact[]; preview: { state: 'agrees' | 'differs' | 'no reference' | 'shown through another file' | 'refused'; by?: string; said?: string } | null }
export interface EvalResult extends Watched { files: FileResult[]; assets: number; longestJobMs: number; longestJob: string; bombs: { file: string; ms: number; state: string; attempts: number }[]; seconds: number }
export interface EvalSet { dir: string; files: ManifestFile[] }

/** Kinds as the project's own files have them, where another set has only "generated". */
export function readSet(dir: string, manifest?: string): EvalSet {
  const own = new Map(readManifest(MEDIA).map((f) => [f.sha256, f.kind]));
  return { dir: path.resolve(dir), files: readManifest(dir, manifest).map((f) => ({ ...f, kind: f.kind === undefined || f.kind === 'generated' ? (own.get(f.sha256) ?? 'other') : f.kind })) };
}

const AT_ONCE = 3; // programs of the reference
const MEGAPIXELS = 150e6;
export const isBomb = (f: ManifestFile): boolean => f.kind === 'bomb' || Number(f.expected.ImageWidth ?? 0) * Number(f.expected.ImageHeight ?? 0) > MEGAPIXELS;

function reading(held: Held | undefined): Reading | null {
  if (!held) return null;
  const { asset, file } = held;
  const own = file.shown && file.role === 'original' ? asset : file; // what a preview corrected stands in the asset
  return { ...asset, width: own.width, height: own.height, durationMs: own.durationMs, motion: file.motion, role: file.role };
}

function account(f: ManifestFile, { fates, held }: Imported, house: House, files: readonly ManifestFile[]): string | null {
  const fate = fates.get(f.file);
  const photo = isSidecar(f) ? photoOf(f, files) : null;
  const h = held.get((photo ?? f).sha256);
  if (h) {
    const now = createHash('sha256').update(readFileSync(path.join(house.dir, 'data', h.file.path))).digest('hex');
    if (now !== h.file.sha256) return null; // the bytes on the disk are others: as good as lost
    return photo ? `sidecar of ${h.asset.originalName}` : h.file.role === 'original' ? 'asset' : `${h.file.role} of ${h.asset.originalName}`;
  }
  return fate?.outcome === 'refused' ? `refused: ${fate.said}` : null;
}

async function preview(f: ManifestFile, held: Held | undefined, set: EvalSet, house: House): Promise<FileResult['preview']> {
  if (!isMedia(f) || isSidecar(f)) return null;
  if (isBomb(f)) return { state: 'refused', said: held ? `${held.asset.preview} (${held.asset.problems.join(', ')})` : 'not in the library' };
  if (held && !held.file.shown) return { state: 'shown through another file' };
  const theirs = await reference(path.join(set.dir, f.file), f);
  if (!theirs) return { state: 'no reference', ...(held?.asset.preview === 'ready' ? { said: 'we show it' } : {}) };
  if (held?.asset.preview !== 'ready') return { state: 'differs', by: theirs.by, said: `no preview: ${held ? `${held.asset.preview} (${held.asset.problems.join(', ')})` : 'not in the library'}` };
  const ours = await house.client.bytes('GET', `/files/${held.asset.fileId}/preview/${held.asset.version}`);
  const { agrees, said } = compare(await look(ours), theirs);
  return { state: agrees ? 'agrees' : 'differs', by: theirs.by, said };
}

interface JobRow { asset: string | null; state: string; attempt: number; started_at: number; done_at: number }
function jobs(house: House): JobRow[] {
  const db = new DatabaseSync(path.join(house.dir, 'state/mantel.db'), { readOnly: true });
  try { return db.prepare(`select a.uuid asset, j.state, attempt, started_at, done_at from job j left join asset a on a.id = json_extract(j.payload, '$.assetId') where started_at > 0 and done_at > 0`).all() as unknown as JobRow[]; } finally { db.close(); }
}

/** A house of its own takes the whole set; everything is asked of it from outside. */
export async function evaluate(set: EvalSet, progress: (text: string) => void = () => undefined): Promise<EvalResult> {
  const began = performance.now();
  const house = await startHouse();
  try {
    const watching = watch(house);
    const imported = await importSet(house.client, set.dir, set.files, progress);
    const watched = watching();
    const facts = judgeAll(set.files, (f) => reading(imported.held.get(f.sha256)));
    progress('comparing previews');
    const files: FileResult[] = [];
    const result = async (f: ManifestFile): Promise<FileResult> => {
      const where = account(f, imported, house, set.files);
      const lost = where === null ? { lost: imported.fates.get(f.file)?.said ?? 'its bytes are not what was sent' } : {};
      return { file: f.file, kind: f.kind ?? 'other', account: where, ...lost, facts: facts.filter((x) => x.file === f.file), preview: await preview(f, imported.held.get(f.sha256), set, house) };
    };
    for (let i = 0; i < set.files.length; i += AT_ONCE) files.push(...await Promise.all(set.files.slice(i, i + AT_ONCE).map(result)));
    const names = new Map(imported.assets.map((a) => [a.id, a.originalName]));
    const done = jobs(house).map((j) => ({ asset: j.asset ?? '', ms: j.done_at - j.started_at, state: j.state, attempts: j.attempt }));
    const longest = done.toSorted((a, b) => b.ms - a.ms)[0];
    const bombs = set.files.filter(isBomb).flatMap((f) => {
      const id = imported.held.get(f.sha256)?.asset.id;
      return done.filter((j) => j.asset === id).map(({ ms, state, attempts }) => ({ file: f.file, ms, state, attempts }));
    });
    return { ...watched, files, assets: imported.assets.length, longestJobMs: longest?.ms ?? 0, longestJob: names.get(longest?.asset ?? '') ?? '', bombs, seconds: (performance.now() - began) / 1000 };
  } finally {
    await house.stop();
  }
}
