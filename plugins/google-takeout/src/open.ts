import { statSync } from 'node:fs';
import type { SourceContext } from '@mantel/plugin-sdk';
import { locate } from './parts.ts';
import { TgzReader } from './tgz.ts';

/** Two or three runs through an archive at once: stills and their clips may lie apart, and each goes forward. */
const MAX_CURSORS = 3;
interface Cursor { stamp: string; reader: TgzReader; busy: boolean; used: number }
let cursors: Cursor[] = [];
let clock = 0;

/** The bytes of an entry of a .tgz. Asked in the order of the scan, a cursor moves on; asked backwards, one begins anew. */
export async function* openEntry(ref: string, paths: readonly string[], ctx: SourceContext): AsyncGenerator<Uint8Array> {
  const space = ref.indexOf(' ');
  const [n, name] = [Number(ref.slice(0, space)), ref.slice(space + 1)];
  const part = locate(paths).parts.find((p) => p.kind === 'tgz' && p.name === name);
  if (!part || !Number.isInteger(n)) throw new Error(`${name} is not there any more.`);
  const { size, mtimeMs } = statSync(part.file);
  const stamp = `${part.file} ${size} ${mtimeMs}`;
  const free = cursors.filter((c) => c.stamp === stamp && !c.busy && c.reader.index < n).toSorted((a, b) => b.reader.index - a.reader.index)[0];
  const cursor = free ?? (await begin(part.file, stamp));
  cursor.busy = true;
  cursor.used = ++clock;
  try {
    while (cursor.reader.index < n) {
      ctx.signal.throwIfAborted();
      if (!(await cursor.reader.next())) throw new Error(`${name} has changed since it was looked at.`);
    }
    yield* cursor.reader.body();
    cursor.busy = false;
  } finally {
    // left in the middle, or broken: its place is not known any more
    if (cursor.busy) await drop(cursor);
  }
}

async function begin(file: string, stamp: string): Promise<Cursor> {
  while (cursors.length >= MAX_CURSORS) {
    const idle = cursors.filter((c) => !c.busy).toSorted((a, b) => a.used - b.used)[0];
    if (!idle) break;
    await drop(idle);
  }
  const cursor: Cursor = { stamp, reader: new TgzReader(file), busy: true, used: ++clock };
  cursors.push(cursor);
  return cursor;
}
async function drop(cursor: Cursor): Promise<void> {
  cursors = cursors.filter((c) => c !== cursor);
  await cursor.reader.close().catch(() => undefined);
}
