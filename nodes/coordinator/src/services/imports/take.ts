import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { ImportOptions, SourceCopy, SourceFile, SourceItem } from '@mantel/contracts/models/source.ts';
import { receive, type Received, unbroken } from '../../library/receive.ts';
import type { Doors } from './doors.ts';
import { bornHere, heldFile, type HeldFile, knownFile, knownHash, openTwin, placeOf } from './known.repository.ts';
import { takenBack } from './undo.repository.ts';
import { allMarks, entryKey, type EntryMark, failedMarks, marksOf, readable, sameBytes, tellable, unwanted, wantedHints } from './plan.ts';
import { fileTrouble, PluginEnded, RunStop, type Trouble } from './trouble.ts';

/** Where the bytes of a run come from. `plugin`: for entries that only it can read. */
export interface Bytes { open: (copy: SourceCopy, signal: AbortSignal) => AsyncIterable<Buffer> }
export interface TakeRun { id: number; ownerId: number; libraryUuid: string; libraries: number[]; collection: string; device: string; options: ImportOptions; startedAt: number; /** by a person: what somebody took back comes in again */ asked: boolean; signal: AbortSignal; /** The run was stopped near this item: it may be here because of this run without a note of it. */ suspect: () => boolean }
export interface Taken {
  state: 'done' | 'problem' | 'skipped'; assetUuid: string | null; created: boolean; error: string | null; marks: EntryMark[]; bytes: number;
  /** What became of which entries: remembered for later parts. */
  known: { copy: SourceCopy; fileUuid: string; sha256: string }[];
  /** Files of the library that stand for this item; `born`: they are here because of this run. */
  files: { fileUuid: string; born: boolean }[];
  /** Copies with other bytes, which were not kept: the photo that they were told to be, and what they hold. */
  anew: { copy: SourceCopy; fileUuid: string; sha256: string }[];
}
export const MAX_FILE = 200e9;
const MAX_SIDECAR = 5e6;
const STEP = 64 * 1024 * 1024; // room is asked for by this much where a source does not say how large a file is
interface Got { file: HeldFile; created: boolean; /** it came before the run was stopped: what the source says of it may not have been noted */ again?: boolean; taken: SourceCopy | undefined; /** what was read, or what it is known by */ by: SourceCopy; bad: Map<SourceCopy, Trouble>; /** it is kept, but nobody can show it */ dark: boolean }

/** Where an entry lies as a file of its own, to be looked at there. */
function lying({ part, span }: SourceCopy): string {
  if (part === null && span?.method === 'stored' && span.start === 0) return span.path;
  throw new MantelError('source_invalid', 'Only what lies as a file in a folder of this machine can stay where it is. Choose to copy.');
}

function damage(copy: SourceCopy, bytes: number): MantelError | undefined {
  if (bytes === 0) return new MantelError('empty_file', 'It is empty where it comes from.');
  return copy.bytes === null || bytes === copy.bytes ? undefined : new MantelError('checksum_mismatch', 'It is shorter or longer than its source says: it is damaged there.');
}

/** Goes where only its owner looks. */
const hides = (run: TakeRun, item: SourceItem): boolean => item.hints.locked === true && run.options.mode !== 'index';

/**
 * Brings one photo in, with all its files: the original first, then what belongs to it. A file that cannot be had is told, and the others still come. Nothing is lost when the original is missing: the first file that can be had
 * stands for it until a later part brings it.
 */
export function createTake(doors: Doors, progress: { reading: (name: string) => void; read: (bytes: number) => void }) {
  const { db, data, library } = doors;

  const fetch = async (run: TakeRun, bytes: Bytes, copy: SourceCopy, maxBytes: number): Promise<Received> => {
    const given = [await doors.room.promise(copy.bytes ?? STEP)];
    let known = copy.bytes ?? STEP;
    const counted = async function* (): AsyncGenerator<Buffer> {
      let n = 0;
      for await (const chunk of bytes.open(copy, run.signal)) {
        progress.read(chunk.length);
        if ((n += chunk.length) > known) {
          given.push(await doors.room.promise(STEP)); // its source knew less
          known += STEP;
        }
        yield chunk;
      }
    };
    const got = await receive(data, counted(), { maxBytes }).catch((e: unknown) => {
      if (e instanceof PluginEnded) return receive(data, counted(), { maxBytes }); // another file may have ended it: once more
      throw e;
    }).finally(() => { for (const back of given) back(); });
    const why = damage(copy, got.bytes);
    if (!why) return got;
    await rm(join(data, got.temp), { force: true });
    throw why;
  };
  /** What a copy holds that is not kept. */
  const hashOf = async (run: TakeRun, bytes: Bytes, copy: SourceCopy): Promise<string> => {
    const once = async (): Promise<string> => {
      const hash = createHash('sha256');
      let n = 0;
      for await (const chunk of unbroken(bytes.open(copy, run.signal))) {
        if ((n += chunk.length) > MAX_FILE) throw new MantelError('too_large');
        progress.read(chunk.length);
        hash.update(chunk);
      }
      const why = damage(copy, n);
      if (why) throw why;
      return hash.digest('hex');
    };
    return once().catch((e: unknown) => { if (e instanceof PluginEnded) return once(); throw e; });
  };
  /** Its XMP. One that cannot be read keeps nothing back. */
  const beside = async (run: TakeRun, bytes: Bytes, sidecar: SourceCopy | undefined): Promise<Received | undefined> => {
    if (!sidecar?.here || (sidecar.bytes ?? 0) > MAX_SIDECAR) return undefined;
    try {
      return await fetch(run, bytes, sidecar, MAX_SIDECAR);
    } catch (e) {
      const { detail } = fileTrouble(e, run.signal);
      doors.log.warn({ path: sidecar.path, detail }, 'a sidecar of an import could not be read');
      return undefined;
    }
  };

  /** Rights that are gone end the run: every other file would say the same. */
  const bringIn: Doors['library']['ingest'] = (userId, input) => library.ingest(userId, input).catch((e: unknown) => {
    if (errorCode(e) === 'forbidden' || errorCode(e) === 'not_found') throw new RunStop('failed', `The library takes no photos from this person any more. ${(e as Error).message}`);
    throw e;
  });
  const takeFile = async (run: TakeRun, bytes: Bytes, item: SourceItem, file: SourceFile, of: string | undefined, libraryUuid: string): Promise<Got | Map<SourceCopy, Trouble>> => {
    const bad = new Map<SourceCopy, Trouble>();
    for (const copy of file.copies) {
      const known = tellable(copy) ? knownFile(db.sql, run.collection, entryKey(copy), run.libraries) : undefined;
      if (!known || (hides(run, item) && !known.locked && readable(file).length > 0)) continue;
      // what was a part of another photo until the sidecar of its own came
      const parted = item.alone && file.role === 'original' && known.role !== 'original';
      if (parted) await library.standAlone(run.ownerId, known.fileUuid);
      return { file: (parted ? heldFile(db.sql, known.fileUuid) : undefined) ?? known, created: false, taken: undefined, by: copy, bad, dark: false };
    }
    progress.reading(file.name);
    for (const copy of readable(file)) {
      try {
        const hints = wantedHints(item.hints, run.options);
        const about = {
          name: file.name, device: run.device, ...(copy.modifiedAt === undefined ? {} : { modifiedAt: copy.modifiedAt }), ...(hints.folder === undefined ? {} : { folder: hints.folder }),
          ...(of === undefined ? { hints, ...(item.alone ? { alone: true } : {}) } : { of, role: file.role === 'original' ? 'raw' : file.role }), ...(run.options.previews === false ? { previews: false } : {}),
        };
        let result: UploadResult;
        if (run.options.mode === 'index') result = await library.index(run.ownerId, { ...about, libraryId: libraryUuid, path: lying(copy) });
        else {
          const received = await fetch(run, bytes, copy, MAX_FILE);
          const sidecar = await beside(run, bytes, file.sidecar);
          result = await bringIn(run.ownerId, { ...received, ...about, libraryId: libraryUuid, ...(sidecar ? { sidecar: sidecar.temp } : {}) });
        }
        const held = heldFile(db.sql, result.fileId);
        if (!held) throw new Error('a file that came in a moment ago is not there');
        const again = result.outcome !== 'created' && run.suspect() && bornHere(db.sql, run.id, result.fileId, run.ownerId, run.device, run.startedAt);
        return { file: { ...held, assetUuid: result.assetId }, created: result.outcome === 'created' || again, again, taken: copy, by: copy, bad, dark: result.problems.includes('undecodable') };
      } catch (e) {
        const trouble = fileTrouble(e, run.signal);
        if (trouble.reason === 'unreadable') doors.log.warn({ err: e, path: copy.path, part: copy.part }, 'an entry of an import could not be taken');
        bad.set(copy, trouble);
      }
    }
    return bad;
  };

  /** What the other copies of a file hold: read, unless the source says for sure that they are the same. What is called a copy may be another photo, and what was not read must not pass for safe. */
  const readCopies = async (run: TakeRun, bytes: Bytes, file: SourceFile, got: Got, anew: Taken['anew']): Promise<Map<SourceCopy, string>> => {
    const hashes = new Map([[got.by, got.file.sha256]]);
    for (const copy of file.copies) {
      if (copy === got.by || got.bad.has(copy)) continue;
      const sha256 = sameBytes(copy, got.by) ? got.file.sha256 : tellable(copy) ? knownHash(db.sql, run.collection, entryKey(copy)) : undefined;
      if (sha256 !== undefined) hashes.set(copy, sha256);
      else if (copy.here && (copy.span ?? copy.ref) !== undefined && run.options.mode !== 'index') {
        try {
          const found = await hashOf(run, bytes, copy);
          hashes.set(copy, found);
          if (found !== got.file.sha256) anew.push({ copy, fileUuid: got.file.fileUuid, sha256: found });
        } catch (e) {
          got.bad.set(copy, fileTrouble(e, run.signal));
        }
      }
    }
    return hashes;
  };

  /** What is locked over there and came in before it was stays where everybody looks: only a person takes it away. */
  const noteOpen = (run: TakeRun, item: SourceItem, head: Got, out: Taken): void => {
    const where = openTwin(db.sql, run.libraries, head.file.sha256, run.ownerId);
    if (where === undefined) return;
    const said = `It is locked there, but can be seen in “${where}” here: it came in before. ${head.file.locked ? 'It is in your locked library now. Delete the other one for good.' : 'Delete it here for good, and bring it in once more: it then comes into your locked library.'}`;
    out.state = 'problem';
    out.error = `${item.files[0]!.name}: ${said}`;
    for (const m of out.marks) if (m.outcome !== 'problem') m.detail ??= said;
  };

  return async (run: TakeRun, bytes: Bytes, item: SourceItem): Promise<Taken> => {
    const out: Taken = { state: 'done', assetUuid: null, created: false, error: null, marks: [], bytes: 0, known: [], files: [], anew: [] };
    const why = unwanted(item.hints, run.options);
    if (why) return { ...out, state: 'skipped', marks: allMarks(item, 'ignored', 'unwanted', why) };
    const libraryUuid = item.hints.locked ? await library.lockedOf(run.ownerId) : run.libraryUuid;
    let head: Got | undefined;
    let anchor: string | undefined; // the file that tells which photo it is, whatever is put together meanwhile
    for (const file of item.files) {
      const got = await takeFile(run, bytes, item, file, head?.file.assetUuid, libraryUuid);
      if (got instanceof Map) {
        const missing = file.copies.every((c) => !c.here);
        const away = `It lies in ${file.copies[0]!.part ?? 'a place'} that is not here now.`;
        const otherwise: Trouble = { reason: 'unreadable', detail: 'Its source gives no way to read it.' };
        out.marks.push(...failedMarks(file, got, otherwise));
        out.error ??= missing ? `${file.name}: ${away}` : `${file.name}: ${([...got.values()][0] ?? otherwise).detail}`;
        if (!missing || file.role === 'original') out.state = 'problem';
        continue;
      }
      const first = !head;
      const back = got.file.trashed === 1 && takenBack(db.sql, got.file.fileUuid); // it lies in the trash only because an import was undone
      if (head && got.file.assetUuid !== head.file.assetUuid && got.file.locked === head.file.locked && file.role !== 'original' && (run.asked || !back)) await library.joinFiles(run.ownerId, heldFile(db.sql, anchor!)?.assetUuid ?? head.file.assetUuid, [{ fileUuid: got.file.fileUuid, role: file.role }]);
      if (first) { head = got; anchor = got.file.fileUuid; }
      if (first && got.created) out.created = true;
      out.files.push({ fileUuid: got.file.fileUuid, born: got.created || (back && run.asked) });
      const hashes = await readCopies(run, bytes, file, got, out.anew);
      out.marks.push(...marksOf(file, { assetUuid: got.file.assetUuid, sha256: got.file.sha256, created: got.created, dark: got.dark }, got.by, got.bad, hashes));
      out.bytes += (got.taken ?? file.copies.find((c) => c.here))?.bytes ?? 0;
      for (const [copy, sha256] of hashes) if (sha256 === got.file.sha256) out.known.push({ copy, fileUuid: got.file.fileUuid, sha256 });
    }
    if (!head || !anchor) return { ...out, state: 'problem' };
    out.assetUuid = heldFile(db.sql, anchor)?.assetUuid ?? head.file.assetUuid;
    if (head.file.trashed && !out.created && out.files[0]!.born) {
      await library.restore(run.ownerId, [out.assetUuid]);
      out.assetUuid = heldFile(db.sql, anchor)?.assetUuid ?? out.assetUuid; // back, it may be a part of another photo again
      out.created = true;
      for (const m of out.marks) if (m.outcome === 'duplicate') m.outcome = 'imported';
    }
    for (const m of out.marks) if (m.assetUuid) m.assetUuid = out.assetUuid;
    if (hides(run, item)) noteOpen(run, item, head, out);
    if (!head.taken || head.again) await library.applyHints(run.ownerId, out.assetUuid, wantedHints(item.hints, run.options), { name: item.files[0]!.name, mayTrash: true }); // what was read just now was told with its bytes
    return out;
  };
}
export type Take = ReturnType<typeof createTake>;

/** An album's place, for a photo that has none. */
export const lacksPlace = (doors: Doors, assetUuid: string): boolean => placeOf(doors.db.sql, assetUuid)?.lat === null;
