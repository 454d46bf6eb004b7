import type { FileHere } from './walk.ts';

/** What `open` and `remove` are asked for: the path, and what the file was like when it was found, so that another one that took its place is not taken for it. */
export const refOf = (f: FileHere): string => `${f.bytes}:${f.modifiedAt}:${f.exact ? `=${f.disk.toString()}` : `~${f.disk.toString('base64url')}`}`;

export interface Ref { bytes: number; modifiedAt: number; disk: Buffer }
export function readRef(ref: string): Ref {
  const [, bytes, modifiedAt, how, path] = /^(\d+):(-?\d+):([=~])([^]+)$/.exec(ref) ?? [];
  if (!path) throw new Error('This is no entry of this source.');
  return { bytes: Number(bytes), modifiedAt: Number(modifiedAt), disk: how === '=' ? Buffer.from(path) : Buffer.from(path, 'base64url') };
}
