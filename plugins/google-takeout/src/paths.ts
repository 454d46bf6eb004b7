import type { Trouble } from './types.ts';

const MAX_PATH = 4000;
const MAX_DEPTH = 64;

/** An entry's path as it can be shown and compared: with slashes, bounded, without what no terminal takes. */
export function shownPath(raw: string): string {
  const slashed = raw.includes('/') ? raw : raw.replace(/\\/g, '/'); // some programs of old wrote backslashes all along
  const clean = slashed.toWellFormed().replace(/\p{Cc}/gu, '\ufffd');
  return clean.length > MAX_PATH ? `${clean.slice(0, MAX_PATH)}…` : clean || '(no name)';
}

/** Why an entry of that name must not be used. */
export function unsafe(raw: string): Trouble | null {
  const slashed = raw.replace(/\\/g, '/');
  const bad = (detail: string): Trouble => ({ outcome: 'problem', reason: 'unsafe-path', detail });
  if (raw === '') return bad('It has no name.');
  if (slashed.startsWith('/') || /^[A-Za-z]:/.test(raw)) return bad('Its name begins at the root of a disk.');
  const segments = slashed.split('/');
  if (segments.includes('..')) return bad('Its name leads out of the archive.');
  if (raw.includes('\0')) return bad('Its name holds a zero byte.');
  if (raw.length > MAX_PATH || segments.length > MAX_DEPTH) return bad('Its name is longer or deeper than any photo of an export.');
  return null;
}

export const dirOf = (path: string): string => { const i = path.lastIndexOf('/'); return i < 0 ? '' : path.slice(0, i); };
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const isJson = (path: string): boolean => /\.json$/i.test(path);
