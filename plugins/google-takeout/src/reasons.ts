import { isFormless, typeOfExt } from './magic.ts';
import { splitExt } from './names.ts';
import { baseOf } from './paths.ts';
import type { Entry, Trouble } from './types.ts';

const SYSTEM = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)/i;
export const isSystem = (path: string): boolean => SYSTEM.test(path);
const ext = (e: Entry): string => splitExt(baseOf(e.path))[1];

/** Whether an entry may be a photo or video: by its first bytes; where these say nothing, by its name. */
export function maybeMedia(e: Entry): boolean {
  if (isSystem(e.path)) return false;
  if (e.head === 'image' || e.head === 'video') return true;
  return e.head === 'unknown' && (typeOfExt(ext(e)) !== null || ext(e) === '');
}
/** Bytes that nobody knows are kept when Google says that they are a photo, or where their kind has no beginning of its own. */
export const provesItself = (e: Entry): boolean => e.head !== 'unknown' || isFormless(ext(e));

/** Why an entry that became no photo did not. */
export function whyNot(e: Entry): Trouble {
  if (e.trouble) return e.trouble;
  if (isSystem(e.path)) return { outcome: 'ignored', reason: 'system-file' };
  const promised = typeOfExt(ext(e)) !== null;
  if (e.head === 'empty') return promised ? { outcome: 'problem', reason: 'empty', detail: 'It has no content.' } : { outcome: 'ignored', reason: 'empty' };
  if (promised && (e.head === 'text' || e.head === 'unknown')) return { outcome: 'problem', reason: 'damaged', detail: e.head === 'text' ? 'It is called like a photo or video, but it is text.' : 'It is called like a photo or video, but nothing in it is one, and Google says nothing about it.' };
  if (/\.(zip|tgz|tar|gz|rar|7z)$/i.test(e.path)) return { outcome: 'ignored', reason: 'nested-archive', detail: 'Archives inside of the export are not opened.' };
  return { outcome: 'ignored', reason: 'not-a-photo' };
}
