import { statSync } from 'node:fs';
import type { SourceContext } from '@mantel/plugin-sdk';
import { locate } from './parts.ts';
import { type Line, openLine } from './tgz-line.ts';

/** Archives that are held open, each by its file as it was. */
const MAX_LINES = 4;
const lines = new Map<string, Line>();

/** The bytes of an entry of a .tgz. Asked in the order of the scan, an archive is read once; empty pieces show that it is still on its way. */
export async function* openEntry(ref: string, paths: readonly string[], ctx: SourceContext): AsyncGenerator<Uint8Array> {
  const space = ref.indexOf(' ');
  const [n, name] = [Number(ref.slice(0, space)), ref.slice(space + 1)];
  const part = locate(paths).parts.find((p) => p.kind === 'tgz' && p.name === name);
  if (!part || !Number.isInteger(n)) throw new Error(`${name} is not there any more.`);
  yield* lineOf(part.file).read(n, ctx.signal);
}

function lineOf(file: string): Line {
  const { size, mtimeMs } = statSync(file);
  const stamp = `${file} ${size} ${mtimeMs}`;
  const line = lines.get(stamp) ?? openLine(file);
  lines.delete(stamp);
  lines.set(stamp, line); // the last used is the last in the list
  for (const [key, old] of lines) {
    if (lines.size <= MAX_LINES) break;
    if (old === line || !old.idle()) continue;
    lines.delete(key);
    void old.close();
  }
  return line;
}
