// Pure rules of a run: what a source says, weighed against what the person wants. No disk, no database.
import { extname } from 'node:path';
import type { EntryOutcome, ImportOptions, SourceAlbum, SourceCopy, SourceFile, SourceHints, SourceItem } from '@mantel/contracts/models/source.ts';

/**
 * What an entry is remembered by in its collection: where it lies, and what tells that it is the same file still. Cameras count from 1 again, and another archive may be given the name of an old one. A file name cannot hold NUL.
 */
export const entryKey = (c: Pick<SourceCopy, 'part' | 'path' | 'bytes' | 'crc32' | 'modifiedAt'>): string => `${c.part ?? ''}\0${c.path}\0${c.bytes ?? ''}\0${c.crc32 ?? c.modifiedAt ?? ''}`;
/** May it be taken for the same file as before without a look at its bytes? Its place and size alone do not tell. */
export const tellable = (c: SourceCopy): boolean => !c.here || c.crc32 !== undefined || c.modifiedAt !== undefined;

/** Bits of `import_item.flags`: what the preview counts. */
export const FLAG = { video: 1, live: 2, edited: 4, raw: 8, favourite: 16, archived: 32, trashed: 64, locked: 128, partner: 256, bare: 512, known: 1024, maybe: 2048 } as const;
const VIDEO = new Set(['.mp4', '.mov', '.m4v', '.3gp', '.3g2', '.avi', '.mkv', '.webm', '.mts', '.m2ts', '.mpg', '.mpeg', '.wmv', '.asf', '.mod', '.tod', '.divx', '.mmv', '.vob', '.ogv', '.flv', '.ts']);
const RAW = new Set(['.dng', '.cr2', '.cr3', '.nef', '.arw', '.orf', '.rw2', '.raf', '.pef', '.srw', '.raw', '.nrw', '.gpr', '.crw', '.srf', '.sr2']);
const endingOf = (file: SourceFile): string => extname(file.name).toLowerCase() || extname(file.copies[0]!.path).toLowerCase();

export function flagsOf(item: SourceItem): number {
  const { hints: h, files } = item;
  const has = (role: SourceFile['role']): boolean => files.some((f) => f.role === role);
  const bits: [boolean, number][] = [
    [VIDEO.has(endingOf(files[0]!)), FLAG.video], [has('live'), FLAG.live], [has('edited'), FLAG.edited], [has('raw') || RAW.has(endingOf(files[0]!)), FLAG.raw], [h.favourite === true, FLAG.favourite], [h.archived === true, FLAG.archived],
    [h.trashed === true, FLAG.trashed], [h.locked === true, FLAG.locked], [h.partner === true, FLAG.partner], [h.takenAt === undefined && h.takenAtLocal === undefined, FLAG.bare],
  ];
  return bits.reduce((sum, [on, bit]) => (on ? sum | bit : sum), 0);
}
/** The year that the source says; null when it says none. */
export function yearOf(item: SourceItem): number | null {
  const { takenAt, takenAtLocal } = item.hints;
  if (takenAt !== undefined) return Number.isFinite(new Date(takenAt).getTime()) ? new Date(takenAt).getUTCFullYear() : null;
  return takenAtLocal === undefined ? null : Number(takenAtLocal.slice(0, 4));
}

/** Why an item is left out by the person's choice; null when it is wanted. */
export function unwanted(h: SourceHints, o: ImportOptions): string | null {
  if (h.locked && o.locked === false) return 'Locked photos were not wanted.';
  if (h.trashed && o.trashed === false) return 'What lies in the trash there was not wanted.';
  if (h.partner && o.partner === false) return "A partner's photos were not wanted.";
  return null;
}
/** The hints that the person wants to be taken over. */
export function wantedHints(h: SourceHints, o: ImportOptions): SourceHints {
  const { people, favourite, archived, ...rest } = h;
  return { ...rest, ...(people && o.people !== false ? { people } : {}), ...(favourite !== undefined && o.favourites !== false ? { favourite } : {}), ...(archived !== undefined && o.archived !== false ? { archived } : {}) };
}
export const wantsAlbum = (a: SourceAlbum, o: ImportOptions): boolean => o.albums !== false && (!a.optional || o.untitled === true) && a.title.trim() !== '';

/** Copies whose bytes can be had now, the best first. */
export const readable = (file: SourceFile): SourceCopy[] => file.copies.filter((c) => c.here && (c.span !== undefined || c.ref !== undefined));
/** Surely the same bytes: the source says so. */
export const sameBytes = (a: SourceCopy, b: SourceCopy): boolean => a.crc32 !== undefined && a.crc32 === b.crc32 && a.bytes !== null && a.bytes === b.bytes;

export interface EntryMark { part: string | null; path: string; outcome: EntryOutcome; reason: string | null; detail: string | null; assetUuid: string | null; sha256: string | null }
const ANEW = 'The source holds this photo a second time with other bytes: it was written anew there, or is another photo. The other one was taken, this one was not.';
const UNREAD = 'The source says that this is the same photo once more. Its bytes were not read.';
const ROLE_OUTCOME = { live: 'live', edited: 'edited', raw: 'raw' } as const;

/**
 * What is told of each copy of a file that is in the library now. `main`: the copy that was read, or by which the file is known from before. `bad`: copies that could not be used, with the reason. `hashes`: what the other copies hold, where it is known.
 * The first is the file itself, the others are the same picture in another place. One with other bytes is told by its own hash: it is not kept.
 */
export function marksOf(file: SourceFile, got: { assetUuid: string; sha256: string; created: boolean; dark?: boolean }, main: SourceCopy, bad: Map<SourceCopy, { reason: string; detail: string }>, hashes: Map<SourceCopy, string>): EntryMark[] {
  return file.copies.filter((c) => c.here).map((c) => {
    const at = { part: c.part, path: c.path, assetUuid: got.assetUuid };
    const trouble = bad.get(c);
    if (trouble) return { ...at, outcome: 'problem', reason: trouble.reason, detail: `${trouble.detail} Another copy of the same photo was taken.`, sha256: null };
    if (c !== main) {
      const sha256 = hashes.get(c) ?? null;
      return { ...at, outcome: 'copy', reason: null, detail: sha256 === got.sha256 ? null : sha256 === null ? UNREAD : ANEW, sha256 };
    }
    const outcome = file.role === 'original' ? (got.created ? 'imported' : 'duplicate') : ROLE_OUTCOME[file.role];
    const said = got.dark ? { reason: 'damaged', detail: 'It is kept as it is, but it cannot be shown: it is damaged, or of a kind that nobody knows.' } : { reason: null, detail: null };
    return { ...at, outcome, ...said, sha256: got.sha256 };
  });
}
/** What is told of the copies of a file that could not be had. */
export const failedMarks = (file: SourceFile, bad: Map<SourceCopy, { reason: string; detail: string }>, otherwise: { reason: string; detail: string }): EntryMark[] =>
  file.copies.filter((c) => c.here).map((c) => ({ part: c.part, path: c.path, outcome: 'problem', ...(bad.get(c) ?? otherwise), assetUuid: null, sha256: null }));
/** Every entry of an item, told alike. */
export const allMarks = (item: SourceItem, outcome: EntryOutcome, reason: string | null, detail: string | null): EntryMark[] =>
  item.files.flatMap((f) => f.copies.filter((c) => c.here).map((c) => ({ part: c.part, path: c.path, outcome, reason, detail, assetUuid: null, sha256: null })));
