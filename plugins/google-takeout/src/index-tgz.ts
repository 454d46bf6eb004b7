import { closeSync, openSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { MAX_JSON, readJson } from './json.ts';
import { HEAD_BYTES, headOf } from './magic.ts';
import { isJson, shownPath, unsafe } from './paths.ts';
import { type TarEntry, TgzReader } from './tgz.ts';
import type { Entry, PartIndex, Progress, Trouble } from './types.ts';
import { readAt } from './zip.ts';

const problem = (reason: Trouble['reason'], detail: string): Trouble => ({ outcome: 'problem', reason, detail });

/** Size, time, and both ends: a .tgz has no list whose checksum could be taken. */
export function tgzStamp(path: string): string {
  const { size, mtimeMs } = statSync(path);
  const fd = openSync(path, 'r');
  try {
    return `tgz ${size} ${Math.floor(mtimeMs)} ${crc32(readAt(fd, 0, 65_536)).toString(16)} ${crc32(readAt(fd, Math.max(0, size - 65_536), 65_536)).toString(16)}`;
  } finally {
    closeSync(fd);
  }
}

/** Goes through a .tgz once and keeps its JSONs, the first bytes of media, and checksums. */
export async function* indexTgz(path: string, name: string, signal: AbortSignal, known: (stamp: string) => PartIndex | null): AsyncGenerator<Progress, PartIndex> {
  const stamp = tgzStamp(path);
  const before = known(stamp);
  if (before) return before;
  const { size } = statSync(path);
  const tgz = new TgzReader(path, signal);
  const entries: Entry[] = [];
  let trouble: Trouble | null = null;
  let told = 0;
  try {
    for (;;) {
      const e = await tgz.next();
      if (!e) break;
      if (e.kind === 'folder') continue;
      const entry = shell(e, tgz.index);
      entries.push(entry);
      entry.trouble = unsafe(e.path) ?? (e.kind === 'file' ? null : problem('unsafe-path', 'It is a link or a device, no file.'));
      if (entry.trouble) continue;
      const told2 = problem('damaged', 'The part ends before this entry does.');
      entry.trouble = told2; // until all of it was seen
      await look(tgz, e, entry);
      entry.trouble = null;
      if (tgz.read - told < 64 * 1024 * 1024) continue;
      told = tgz.read;
      yield { done: told, total: size, what: name };
    }
  } catch {
    signal.throwIfAborted();
    trouble = problem('damaged-part', entries.length === 0 ? 'This is no .tgz, or its beginning is damaged. Download this part again.' : `This part breaks off after ${entries.length} entries. Download it again for the rest.`);
  } finally {
    await tgz.close();
  }
  return { name, kind: 'tgz', stamp, bytes: size, entries, trouble };
}

const shell = (e: TarEntry, n: number): Entry => ({ path: shownPath(e.path), bytes: e.bytes, crc: -1, start: -1, length: 0, deflate: false, modifiedAt: e.modifiedAt, n, head: null, json: null, trouble: null, gone: false });

async function look(tgz: TgzReader, e: TarEntry, entry: Entry): Promise<void> {
  const json = isJson(e.path);
  const keep = json ? (e.bytes <= MAX_JSON ? e.bytes : 0) : HEAD_BYTES;
  const kept: Buffer[] = [];
  let have = 0;
  let crc = 0;
  for await (const b of tgz.body()) {
    crc = crc32(b, crc);
    if (have < keep) {
      const head = b.subarray(0, keep - have);
      kept.push(Buffer.from(head)); // a copy: the chunk is large
      have += head.length;
    }
  }
  entry.crc = crc;
  if (!json) entry.head = headOf(Buffer.concat(kept), e.bytes);
  else entry.json = e.bytes > MAX_JSON ? { kind: 'bad', why: 'too-large', detail: 'No sidecar is that large.' } : readJson(Buffer.concat(kept));
}
