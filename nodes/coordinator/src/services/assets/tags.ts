import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { FileTags } from '@mantel/contracts/models/asset.ts';
import type { Database } from '../../db/database.ts';
import type { Exiftool } from '../../library/exiftool.ts';
import { inside, type Places } from '../../library/external.ts';
import { overburdened } from '../../library/facts/burden.ts';
import type { Marker } from '../../library/marker.ts';
import { shapeTrouble } from '../../library/sidecar/read.ts';
import { assetFor, filesOf } from './assets.repository.ts';

const MAX_TAGS = 2000;
const MAX_VALUE = 2048;
/** As people read them, under the name of the place in the file that they stand in (`-G1`), copies too; nothing about our own folders. */
const ASK = ['-G1:4', '-a', '-api', 'LargeFileSupport=1', '-api', `LimitLongValues=${MAX_VALUE * 2}`, '--System:all', '--ExifTool:ExifToolVersion'];

const trouble = (why: string): Record<string, unknown> => ({ 'ExifTool:Error': why });

/** For all files of a photo, and for waiting until nobody else's are read. */
const LIMIT_MS = 30_000;
const MAX_SIDECAR = 5 << 20;
const LATE = 'There was no time to read these tags. Try again in a moment.';

/**
 * The technical view: every tag that the files of an asset carry, read from the disk when asked for: originals and sidecars keep them for ever, so
 * there is no second copy to grow old. What cannot be read, or not within `limitMs`, has one tag that says why.
 */
export function createTags({ db, data, places = inside(data), exiftool, marker, limitMs = LIMIT_MS }: { db: Database; data: string; places?: Pick<Places, 'file'>; exiftool: Pick<Exiftool, 'tool'>; marker: Pick<Marker, 'present'>; limitMs?: number }) {
  /** Uploads need the same exiftool: at most one of its tasks at a time is for this view. */
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (late: AbortSignal, work: () => Promise<Record<string, unknown>>): Promise<Record<string, unknown>> => {
    const answer = before.then(() => (late.aborted ? trouble(LATE) : work()));
    before = answer.catch(() => undefined);
    return answer;
  };
  const read = async (path: string): Promise<Record<string, unknown>> => {
    if (!existsSync(path)) return trouble('The file is not on the disk.');
    if (await overburdened(path)) return trouble('There are too many tags to read them all.');
    if (path.endsWith('.xmp')) {
      if ((await stat(path)).size > MAX_SIDECAR) return trouble('This sidecar is too large to read it.');
      if (shapeTrouble(await readFile(path)) !== null) return trouble('This sidecar is damaged, or built to keep a reader busy.');
    }
    try {
      const tool = await exiftool.tool();
      return await tool.readRaw(path, { readArgs: ASK, useMWG: false }) as Record<string, unknown>;
    } catch {
      return trouble('The tags could not be read, or not in time.');
    }
  };
  /** When it is late, the answer does not wait for what exiftool is still at; the next one's turn does. */
  const soon = (late: AbortSignal, path: string): Promise<Record<string, unknown>> => new Promise((resolve, reject) => {
    const end = (): void => resolve(trouble(LATE));
    if (late.aborted) return end();
    late.addEventListener('abort', end, { once: true });
    inTurn(late, () => read(path)).finally(() => late.removeEventListener('abort', end)).then(resolve, reject);
  });
  return async (userId: number, uuid: string): Promise<{ files: FileTags[] }> => {
    const asset = assetFor(db.sql, userId, uuid);
    if (!asset) throw new MantelError('not_found');
    if (!marker.present()) throw new MantelError('storage_missing', 'The disk with the photos is not there, so the tags cannot be read. Connect it again.');
    const files: FileTags[] = [];
    const late = AbortSignal.timeout(limitMs);
    for (const file of filesOf(db.sql, asset.id)) {
      files.push({ fileId: file.id, name: file.name, ...shown(await soon(late, await places.file(file.path).catch(() => join(data, file.path)))) });
      const sidecar = join(data, `${file.path}.xmp`);
      if (existsSync(sidecar)) files.push({ fileId: file.id, name: basename(sidecar), ...shown(await soon(late, sidecar)) });
    }
    return { files };
  };
}

export type AssetTags = ReturnType<typeof createTags>;

/** exiftool's answer, bounded. Keys are `group:name`, with `:CopyN` between for what is there again. Exported for its test. */
export function shown(answer: Record<string, unknown>): Omit<FileTags, 'fileId' | 'name'> {
  let cut = false;
  const tags: FileTags['tags'] = [];
  for (const [key, value] of Object.entries(answer)) {
    const parts = key.split(':').filter((part) => !/^Copy\d+$/.test(part));
    if (parts.length < 2) continue; // SourceFile and the like are about the question, not about the file
    if (tags.length === MAX_TAGS) { cut = true; break; }
    const text = asText(value).toWellFormed();
    if (text.length > MAX_VALUE || text.endsWith('[...]')) cut = true;
    tags.push({ group: parts[0]!, name: parts.at(-1)!.slice(0, 200), value: text.slice(0, MAX_VALUE) });
  }
  return { tags, cut };
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.slice(0, 500).map(asText).join(', ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be removed
  const text = String(value).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '');
  return text.replace(/^\(Binary data (\d+) bytes.*\)$/s, '($1 bytes)');
}
