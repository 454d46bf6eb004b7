import { closeSync, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breathe } from './index-zip.ts';
import { MAX_JSON, readJson } from './json.ts';
import { HEAD_BYTES, headOf } from './magic.ts';
import { isJson, shownPath, unsafe } from './paths.ts';
import type { Entry, PartIndex, Progress, Trouble } from './types.ts';
import { readAt } from './zip.ts';

const MAX_DEPTH = 32;
const MAX_FILES = 5_000_000;
const BREATH_MS = 20;
/** What other programs leave behind in folders of photos. */
const SYSTEM = /^(@eaDir|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|#recycle|@Recycle|\.Trash.*|\.thumbnails|SYNOFILE_THUMB.*|\.Spotlight.*|\.fseventsd)$/i;
const problem = (reason: Trouble['reason'], detail: string): Trouble => ({ outcome: 'problem', reason, detail });

/** An export that somebody unpacked. Links are not followed. */
export async function* indexFolder(root: string, name: string | null, signal: AbortSignal, skip: ReadonlySet<string>): AsyncGenerator<Progress, PartIndex> {
  const entries: Entry[] = [];
  const open: [dir: string, rel: string, depth: number][] = [[root, '', 0]];
  let trouble: Trouble | null = null;
  let breath = performance.now();
  for (let dir = open.pop(); dir && entries.length < MAX_FILES; dir = open.pop()) {
    const [path, rel, depth] = dir;
    const add = (file: string, more: Partial<Entry>): void => void entries.push({ path: shownPath(rel + file), bytes: 0, crc: -1, start: 0, length: 0, deflate: false, modifiedAt: 0, n: entries.length, head: null, json: null, trouble: null, gone: false, ...more });
    let found;
    try {
      found = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      if (rel === '') trouble = problem('damaged-part', 'This folder cannot be read.');
      else add('', { trouble: problem('unreadable', 'This folder cannot be read.') });
      continue;
    }
    const folders: typeof open = [];
    for (const e of found) {
      const full = join(path, e.name);
      if (skip.has(full)) continue;
      if (SYSTEM.test(e.name)) add(e.name, { trouble: { outcome: 'ignored', reason: e.name === '@eaDir' || /thumb/i.test(e.name) ? 'thumbnail' : 'system-file' } });
      else if (e.isSymbolicLink()) add(e.name, { trouble: { outcome: 'ignored', reason: 'link', detail: 'Links are not followed.' } });
      else if (e.isDirectory() && depth < MAX_DEPTH) folders.push([full, `${rel}${e.name}/`, depth + 1]);
      else if (e.isFile()) add(e.name, look(full, rel + e.name));
      else add(e.name, { trouble: problem('unsafe-path', 'It is no file, or lies deeper than any photo of an export.') });
      if (performance.now() - breath < BREATH_MS) continue;
      signal.throwIfAborted();
      await breathe();
      yield { done: entries.length, total: null, what: name ?? root };
      breath = performance.now();
    }
    open.push(...folders.toReversed());
  }
  return { name, kind: 'folder', stamp: 'folder', bytes: entries.reduce((s, e) => s + e.bytes, 0), entries, trouble };
}

function look(path: string, rel: string): Partial<Entry> {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size, mtimeMs } = fstatSync(fd);
      const base = { bytes: size, length: size, modifiedAt: Math.floor(mtimeMs), trouble: unsafe(rel) };
      if (!isJson(path)) return { ...base, head: headOf(readAt(fd, 0, Math.min(size, HEAD_BYTES)), size) };
      return { ...base, json: size > MAX_JSON ? { kind: 'bad', why: 'too-large', detail: 'No sidecar is that large.' } : readJson(readFileSync(fd)) };
    } finally {
      closeSync(fd);
    }
  } catch {
    return { trouble: problem('unreadable', 'It cannot be read.') };
  }
}
