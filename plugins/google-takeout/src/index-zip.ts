import { constants, crc32, inflateRawSync } from 'node:zlib';
import { MAX_JSON, readJson } from './json.ts';
import { HEAD_BYTES, headOf } from './magic.ts';
import { isJson, shownPath, unsafe } from './paths.ts';
import type { Entry, PartIndex, Progress, Trouble } from './types.ts';
import { closeZip, openZip, readAt, walkZip, type Zip, type ZipEntry } from './zip.ts';

const LOCAL = 0x04034b50;
const PACKED_HEAD = 512;
/** A picture hardly gets smaller by deflate: what unpacks to this many times its size is a bomb. */
const MAX_RATIO = 200;
const RATIO_FROM = 50 * 1024 * 1024;
const BREATH_MS = 20;
const problem = (reason: Trouble['reason'], detail: string): Trouble => ({ outcome: 'problem', reason, detail });
export const breathe = (): Promise<void> => new Promise((r) => { setImmediate(r); });

/** Reads what lies in a zip: the list, then in the order of the bytes each entry's header with the first bytes of media and all of a JSON. */
export async function* indexZip(path: string, name: string, signal: AbortSignal, known: (stamp: string) => PartIndex | null): AsyncGenerator<Progress, PartIndex> {
  const zip = openZip(path);
  try {
    const stamp = `zip ${zip.size} ${zip.stamp}`;
    const before = zip.cut ? null : known(stamp);
    if (before) return before;
    let breath = performance.now();
    for (const at of zip.cut ? walkZip(zip) : []) {
      if (performance.now() - breath < BREATH_MS) continue;
      signal.throwIfAborted();
      await breathe();
      yield { done: at, total: zip.size, what: name };
      breath = performance.now();
    }
    if (zip.cut && zip.entries.length === 0) return { name, kind: 'zip', stamp, bytes: zip.size, entries: [], trouble: problem('damaged-part', 'This is no zip, or its beginning and its end are damaged. Download this part again.') };
    const files = zip.entries.filter((e) => !/[\\/]$/.test(e.path) || e.bytes > 0).sort((a, b) => a.at - b.at);
    const entries: Entry[] = [];
    let end = 0;
    for (const [n, e] of files.entries()) {
      const entry = look(zip, e, n, end);
      entries.push(entry);
      if (entry.start >= 0) end = Math.max(end, entry.start + entry.length);
      if (performance.now() - breath < BREATH_MS) continue;
      signal.throwIfAborted();
      await breathe();
      yield { done: e.at, total: zip.size, what: name };
      breath = performance.now();
    }
    const trouble = zip.cut ? problem('damaged-part', `The end of this part is missing. ${entries.length} entries could be found in it all the same; download it again for the rest.`) : null;
    return { name, kind: 'zip', stamp, bytes: zip.size, entries, trouble };
  } finally {
    closeZip(zip);
  }
}

function look(zip: Zip, e: ZipEntry, n: number, end: number): Entry {
  const entry: Entry = { path: shownPath(e.path), bytes: e.bytes, crc: e.crc, start: -1, length: e.packed, deflate: e.method === 8, modifiedAt: e.modifiedAt, n, head: null, json: null, trouble: null, gone: false };
  const trouble = unsafe(e.path) ?? (e.link ? problem('unsafe-path', 'It is a link to somewhere else.') : null) ?? (e.encrypted ? problem('encrypted', 'It is locked with a password.') : null)
    ?? (e.method !== 0 && e.method !== 8 ? problem('damaged', `It is packed in a way (${e.method}) that Google does not use.`) : null)
    ?? (e.broken ? problem('damaged', 'The part ends before this entry does.') : null);
  if (trouble) return { ...entry, trouble };
  const json = isJson(e.path);
  const want = json ? Math.min(e.packed, MAX_JSON) : Math.min(e.packed, e.method === 8 ? PACKED_HEAD : HEAD_BYTES);
  let b = readAt(zip.fd, e.at, 30 + e.nameBytes + Math.max(e.extraBytes, 64) + want);
  if (b.length < 30 || b.readUInt32LE(0) !== LOCAL) return { ...entry, trouble: problem('damaged', 'Its bytes are not where the list of the zip says.') };
  const skip = 30 + b.readUInt16LE(26) + b.readUInt16LE(28);
  const start = e.at + skip;
  if (start + e.packed > zip.size) return { ...entry, trouble: problem('damaged', 'The part ends before this entry does.') };
  if (e.at < end) return { ...entry, trouble: problem('damaged', 'Its bytes are those of another entry, too.') };
  if (skip + want > b.length) b = readAt(zip.fd, e.at, skip + want);
  const body = b.subarray(skip, skip + want);
  entry.start = start;
  if (e.method === 0 && e.packed !== e.bytes) entry.trouble = problem('damaged', 'Its sizes contradict each other.');
  else if (json) entry.json = jsonOf(body, e);
  else if (e.method === 8 && e.bytes > RATIO_FROM && e.bytes > e.packed * MAX_RATIO) entry.trouble = problem('too-large', `It would unpack to ${Math.round(e.bytes / Math.max(1, e.packed))} times its size.`);
  else entry.head = headOf(e.method === 8 ? unpackedHead(body) : body, e.bytes);
  return entry;
}

function jsonOf(body: Buffer, e: ZipEntry): Entry['json'] {
  const bad = (why: 'corrupt-metadata' | 'too-large', detail: string): Entry['json'] => ({ kind: 'bad', why, detail });
  if (e.bytes > MAX_JSON || e.packed > MAX_JSON) return bad('too-large', 'No sidecar is that large.');
  try {
    const text = e.method === 8 ? inflateRawSync(body, { maxOutputLength: MAX_JSON }) : body;
    if (text.length !== e.bytes || (e.crc >= 0 && crc32(text) !== e.crc)) return bad('corrupt-metadata', 'Its checksum is wrong.');
    return readJson(text);
  } catch {
    return bad('corrupt-metadata', 'It cannot be unpacked.');
  }
}
function unpackedHead(body: Buffer): Buffer {
  try {
    return inflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD_BYTES);
  } catch {
    return Buffer.alloc(0);
  }
}
