import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Store } from '@mantel/plugin-sdk';
import type { JsonFacts } from './json.ts';
import type { Head } from './magic.ts';
import type { Entry, PartIndex, Trouble } from './types.ts';

// What is remembered of a part: one document each, so that a later part adds one and rewrites none. About 30 bytes per entry, packed.
const VERSION = 2;
const PREFIX = 'part/';
const MAX_UNPACKED = 1024 * 1024 * 1024;
/** A key of the store is short, the name of an archive need not be. */
export const keyOf = (name: string | null): string => `${PREFIX}${name === null ? '' : createHash('sha256').update(name).digest('hex')}`;

type Row = [path: string, bytes: number, crc: number, start: number, length: number, deflate: 0 | 1, modifiedAt: number, n: number, head: Head | null, json: JsonFacts | null, trouble: Trouble | null, gone: 0 | 1];
interface Cover { v: number; name: string | null; kind: PartIndex['kind']; stamp: string; bytes: number; trouble: Trouble | null }

export function pack(part: PartIndex): Buffer {
  const { entries, ...rest } = part;
  const lines = [JSON.stringify({ v: VERSION, ...rest } satisfies Cover)];
  for (const e of entries) lines.push(JSON.stringify([e.path, e.bytes, e.crc, e.start, e.length, e.deflate ? 1 : 0, e.modifiedAt, e.n, e.head, e.json, e.trouble, e.gone ? 1 : 0] satisfies Row));
  return gzipSync(lines.join('\n'), { level: 3 });
}
/** Null for what another version wrote: the part is read again, or is not remembered. */
export function unpack(bytes: Uint8Array): PartIndex | null {
  try {
    const [cover, ...rows] = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }).toString('utf8').split('\n');
    const { v, ...part } = JSON.parse(cover!) as Cover;
    if (v !== VERSION) return null;
    const entries = rows.map((line): Entry => {
      const [path, size, crc, start, length, deflate, modifiedAt, n, head, json, trouble, gone] = JSON.parse(line) as Row;
      return { path, bytes: size, crc, start, length, deflate: deflate === 1, modifiedAt, n, head, json, trouble, gone: gone === 1 };
    });
    return { ...part, entries };
  } catch {
    return null;
  }
}

export async function recall(store: Store): Promise<Map<string, PartIndex>> {
  const found = new Map<string, PartIndex>();
  for (const key of await store.keys()) {
    const bytes = key.startsWith(PREFIX) ? await store.get(key) : null;
    const part = bytes && unpack(bytes);
    if (part) found.set(key, part);
  }
  return found;
}
export const remember = (store: Store, part: PartIndex): Promise<void> => store.set(keyOf(part.name), pack(part));
