// A tar writer that gives the same bytes for the same files: no times, no owners, order as given.
import { createReadStream } from 'node:fs';

export type Entry = { path: string } & ({ file: string; bytes: number; executable: boolean } | { text: string; executable?: boolean } | { link: string });
const BLOCK = 512;

/** ustar: 100 bytes for the name, 155 more for the folders above it. */
function split(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    if (at <= 155 && Buffer.byteLength(path) - at - 1 <= 100) return [path.slice(0, at), path.slice(at + 1)];
  }
  throw new Error(`The path ${path} is too long for a bundle.`);
}

function header(path: string, o: { mode: number; bytes: number; type: '0' | '2'; link?: string }): Buffer {
  const h = Buffer.alloc(BLOCK);
  const [prefix, name] = split(path);
  const octal = (value: number, at: number, width: number): void => void h.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  h.write(name, 0);
  octal(o.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(o.bytes, 124, 12);
  octal(0, 136, 12);
  h.write('        ', 148, 'latin1'); // the checksum counts as blanks
  h.write(o.type, 156, 'latin1');
  if (o.link) {
    if (Buffer.byteLength(o.link) > 100) throw new Error(`The link ${path} leads too far for a bundle.`);
    h.write(o.link, 157);
  }
  h.write('ustar\x0000', 257, 'latin1');
  h.write(prefix, 345);
  h.write(`${h.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return h;
}

/** Throws when a file has another length than was said: it changed meanwhile. */
export async function* tar(entries: Iterable<Entry>): AsyncGenerator<Buffer> {
  for (const e of entries) {
    if ('link' in e) { yield header(e.path, { mode: 0o777, bytes: 0, type: '2', link: e.link }); continue; }
    const bytes = 'text' in e ? Buffer.byteLength(e.text) : e.bytes;
    yield header(e.path, { mode: e.executable ? 0o755 : 0o644, bytes, type: '0' });
    let seen = 0;
    if ('text' in e) { yield Buffer.from(e.text); seen = bytes; }
    else for await (const chunk of createReadStream(e.file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) { seen += chunk.length; yield chunk; }
    if (seen !== bytes) throw new Error(`${e.path} changed while the bundle was made.`);
    if (bytes % BLOCK) yield Buffer.alloc(BLOCK - (bytes % BLOCK));
  }
  yield Buffer.alloc(2 * BLOCK);
}
