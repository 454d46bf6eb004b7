import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { hostname } from 'node:os';
import type { Api } from '../api/client.ts';
import { ApiError } from '../failure.ts';
import { createProgress } from './progress.ts';
import type { Entry } from './report.ts';
import { pairSidecars } from './pair.ts';
import { hopeless, send, type FoundFile, type SendOptions, type Sidecar } from './send.ts';
import { reason, walk } from './walk.ts';
import type { Terminal } from '../terminal.ts';

const AT_ONCE = 3;
const CHECK_BATCH = 200;
export interface ImportOptions { paths: readonly string[]; library: string | null; skipKnown: boolean; dryRun: boolean; backOffMs?: number }

/** Walks, sends and accounts for every entry that was found, also for those it did not come to. `stopped`: why it ended early. */
export async function importFolders(api: Api, terminal: Terminal, options: ImportOptions): Promise<{ entries: Entry[]; stopped: Error | null }> {
  const entries: Entry[] = [];
  const files: { file: FoundFile; entry: Entry }[] = [];
  const sidecars = new Map<FoundFile, Entry>();
  for await (const found of walk(options.paths)) {
    const here = 'disk' in found;
    const entry: Entry = { path: found.shown, outcome: here ? 'waiting' : found.kind, why: here ? null : found.why, bytes: here ? found.bytes : null, sha256: null, assetId: null };
    entries.push(entry);
    if (found.kind === 'file') files.push({ file: found, entry });
    else if (here) sidecars.set(found, entry);
    if (terminal.signal.aborted) break;
  }
  const pairs = pairSidecars(files.map((f) => f.file), [...sidecars.keys()]);
  for (const [sidecar, why] of pairs.alone) Object.assign(sidecars.get(sidecar)!, { outcome: 'ignored', why });
  const own = (photo: FoundFile): Entry | undefined => sidecars.get(pairs.of.get(photo)!);
  if (options.dryRun) for (const [photo, sidecar] of pairs.of) Object.assign(sidecars.get(sidecar)!, { outcome: 'sidecar', why: `goes with ${photo.name}` });
  if (options.dryRun) return { entries, stopped: null };

  const progress = createProgress(terminal, { files: files.length, bytes: files.reduce((sum, f) => sum + f.file.bytes, 0) });
  const stop = new AbortController();
  const signal = AbortSignal.any([terminal.signal, stop.signal]);
  let stopped: Error | null = null;
  const giveUp = (error: unknown): void => { stopped ??= error as Error; stop.abort(); };
  const sending: SendOptions = { library: options.library, device: hostname(), signal, ...(options.backOffMs === undefined ? {} : { backOffMs: options.backOffMs }) };
  const one = async ({ file, entry }: (typeof files)[number]): Promise<void> => {
    try {
      const sidecar = await withSidecar(pairs.of.get(file), own(file));
      const { result, sha256 } = await send(api, file, { ...sending, sidecar });
      if (sidecar) Object.assign(own(file)!, { outcome: 'sidecar', why: result.sidecar === 'damaged' ? `sent with ${file.name}, but it cannot be read: nothing was taken from it, and it is kept beside the photo as .xmp.damaged` : `sent with ${file.name}`, assetId: result.assetId });
      Object.assign(entry, { outcome: result.outcome === 'created' ? 'added' : 'duplicate', sha256, assetId: result.assetId, why: result.trashed ? 'it lies in the trash' : result.problems.join(', ') || null });
    } catch (error) {
      if (signal.aborted) return; // not its own fault: it is still waiting
      if (hopeless(error)) giveUp(error);
      const refused = error instanceof ApiError && error.status < 500 && error.status !== 401 && error.status !== 403 && error.status !== 429;
      Object.assign(entry, { outcome: refused ? 'refused' : 'failed', why: reason(error) });
      if (own(file)?.outcome === 'waiting') Object.assign(own(file)!, { outcome: 'ignored', why: 'its photo was not taken in' });
    }
    progress.step(file.bytes);
  };
  for (let at = 0; at < files.length && !signal.aborted; at += CHECK_BATCH) {
    let batch = files.slice(at, at + CHECK_BATCH);
    if (options.skipKnown) batch = await withoutKnown(api, options.library, batch, signal).catch((error: unknown) => { if (!signal.aborted) giveUp(error); return []; });
    await inParallel(batch, one, () => signal.aborted);
  }
  for (const { file, entry } of files) if (entry.outcome === 'known' && own(file)) Object.assign(own(file)!, { outcome: 'known', why: 'its photo is here already' });
  progress.end();
  return { entries, stopped };
}

/** What lies beside a photo, when it can be read; one that cannot must not keep the photo back. */
async function withSidecar(found: FoundFile | undefined, entry: Entry | undefined): Promise<Sidecar | undefined> {
  if (!found || !entry) return undefined;
  try {
    return { name: found.name, bytes: await readFile(found.disk) };
  } catch (error) {
    Object.assign(entry, { outcome: 'failed', why: reason(error) });
    return undefined;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>, ended: () => boolean): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (next < items.length && !ended()) await work(items[next++]!); }));
}

/** Asks which of these are here already and marks them; answers the others. Reading twice is cheaper than sending. */
async function withoutKnown(api: Api, library: string | null, batch: { file: FoundFile; entry: Entry }[], signal: AbortSignal): Promise<typeof batch> {
  const hashed: typeof batch = [];
  await inParallel(batch, async (item) => {
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(item.file.disk, { highWaterMark: 1 << 20 }), hash, { signal });
      item.entry.sha256 = hash.digest('hex');
      hashed.push(item);
    } catch (error) {
      if (!signal.aborted) Object.assign(item.entry, { outcome: 'failed', why: reason(error) });
    }
  }, () => signal.aborted);
  if (hashed.length === 0) return [];
  const { known } = await api.post('assets.check', '/assets/check', { sha256: hashed.map((h) => h.entry.sha256!), ...(library ? { libraryId: library } : {}) });
  const here = new Set(known);
  for (const { entry } of hashed) if (here.has(entry.sha256!)) entry.outcome = 'known';
  return hashed.filter(({ entry }) => !here.has(entry.sha256!));
}
