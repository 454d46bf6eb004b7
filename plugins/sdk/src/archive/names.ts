import { getFileNameLowLevel, type Entry } from 'yauzl';

/** Something about an archive or an entry that a person must hear. `reason` is the one for the report (`SourceEntry.reason`). */
export class ArchiveError extends Error {
  readonly reason: 'damaged' | 'damaged-part' | 'encrypted' | 'too-large' | 'unsafe-path' | 'unreadable';
  constructor(reason: ArchiveError['reason'], message: string) {
    super(message);
    this.name = 'ArchiveError';
    this.reason = reason;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true });
const utf8 = (raw: Uint8Array): string | undefined => {
  try {
    return strict.decode(raw);
  } catch { return undefined; }
};
const UTF8_FLAG = 0x800, UNICODE_PATH = 0x7075;

/** A name as whoever made the archive meant it: UTF-8 where it is valid, else the code page of the system it was made on (DOS: CP437, others: Latin-1). Never throws. */
export function decodeName(entry: Pick<Entry, 'fileNameRaw' | 'generalPurposeBitFlag' | 'extraFields' | 'versionMadeBy'>): string {
  const raw = entry.fileNameRaw;
  if (entry.extraFields.some((f) => f.id === UNICODE_PATH)) return getFileNameLowLevel(entry.generalPurposeBitFlag | UTF8_FLAG, raw, entry.extraFields, true);
  const text = utf8(raw);
  if (text !== undefined) return text;
  return entry.versionMadeBy >> 8 === 0 && !(entry.generalPurposeBitFlag & UTF8_FLAG) ? getFileNameLowLevel(0, raw, [], true) : raw.toString('latin1');
}

/** Why a path of an archive must not be used as one: it leads out of its folder, is absolute, or carries control characters. Backslashes count as separators, whoever wrote them. */
export function unsafePath(path: string): boolean {
  const p = path.replaceAll('\\', '/');
  return p === '' || p.length > 4096 || /^([A-Za-z]:|\/)/.test(p) || p.split('/').some((s) => s === '..') || /[\u0000-\u001f\u007f]/.test(p);
}
/** A path that can be shown and stored whatever it was: control characters become `?`, and it is not longer than an entry may be. */
export const showPath = (path: string): string => path.replaceAll(/[\u0000-\u001f\u007f]/g, '?').slice(0, 4096) || '?';

/** An archive inside of an archive, by its name. */
export const isArchive = (path: string): boolean => /\.(zip|tgz|tar|gz|bz2|xz|7z|rar)$/i.test(path);
