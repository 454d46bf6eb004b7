// Unpacks a plugin that came as a tar archive: plain files and folders only, all of them inside.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { MantelError } from '@mantel/contracts/errors.ts';
import { extract, type Header } from 'tar-stream';
import { MAX_BYTES, MAX_FILES, tooLarge } from './files.ts';

const MAX_ENTRIES = MAX_FILES * 2; // folders count here, too
const refuse = (why: string): MantelError => new MantelError('plugin_invalid', `This archive was refused, and nothing of it was kept: ${why}`);
const shown = (name: string): string => JSON.stringify(name.slice(0, 200));

/** The path of an entry below the target, or why there is none. */
function safePath(name: string): string {
  if (name.includes('\0') || name.includes('\\') || name.length > 1000) throw refuse(`it holds the odd name ${shown(name)}.`);
  if (name.startsWith('/')) throw refuse(`it holds the absolute path ${shown(name)}.`);
  const parts = name.split('/').filter((p) => p !== '' && p !== '.');
  if (parts.includes('..')) throw refuse(`the path ${shown(name)} leads out of it.`);
  return parts.join('/');
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(2), position: 0 });
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally { await file.close(); }
}

/** Throws `plugin_invalid` (a link, a device, a path that leads out, damaged) and `too_large`. What was written by then lies below `to`, which is the caller's to remove. */
export async function unpackTarball(archive: string, to: string): Promise<void> {
  const unpack = extract();
  let [entries, bytes] = [0, 0];
  const seen = new Set<string>();
  const one = async (header: Header, body: AsyncIterable<Buffer>): Promise<void> => {
    const type = header.type ?? 'file';
    if (++entries > MAX_ENTRIES) throw tooLarge();
    const path = safePath(header.name);
    if (type === 'directory' || path === '') { for await (const _ of body) { /* nothing to keep */ } return; }
    if (type !== 'file' && type !== 'contiguous-file') throw refuse(`${shown(header.name)} is ${/link/.test(type) ? 'a link' : `no plain file (${type})`}. A plugin must bring its files itself.`);
    if (seen.has(path)) throw refuse(`it holds ${shown(path)} twice.`);
    seen.add(path);
    if (seen.size > MAX_FILES || (bytes += header.size ?? 0) > MAX_BYTES) throw tooLarge();
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 }).catch(() => { throw refuse(`${shown(path)} lies in something that is no folder.`); });
    await pipeline(body, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  };
  const file = createReadStream(archive);
  const reading = (await isGzip(archive)) ? pipeline(file, createGunzip(), unpack) : pipeline(file, unpack);
  /** An archive that ends too early leaves the body of its last entry open for ever: whoever notices first ends it. */
  const broken = new Promise<never>((_, reject) => { reading.catch(reject); unpack.on('error', reject); });
  broken.catch(() => undefined);
  const entriesIn = async (): Promise<void> => { for await (const entry of unpack) await one(entry.header, entry as unknown as AsyncIterable<Buffer>); };
  try {
    await Promise.race([entriesIn(), broken]);
    await Promise.race([reading, broken]);
  } catch (e) {
    file.destroy();
    unpack.destroy();
    const code = (e as { code?: string }).code;
    if (e instanceof MantelError || (code?.startsWith('E') && code !== 'ERR_STREAM_PREMATURE_CLOSE' && !code.startsWith('ERR_'))) throw e;
    throw refuse('it is damaged, or no tar archive (.tar, .tar.gz, .tgz).');
  }
  if (entries === 0) throw refuse('it is empty.');
}

/** Where the plugin lies in what was unpacked: at the top, or in the one folder that is there (`package`, as npm packs it). Brought to `to` by one rename. */
export async function liftPlugin(unpacked: string, to: string): Promise<void> {
  const names = await readdir(unpacked);
  if (names.includes('manifest.json')) return rename(unpacked, to);
  const top = names.length === 1 ? names[0]! : 'package';
  const below = await readdir(join(unpacked, top)).catch(() => [] as string[]);
  if (!below.includes('manifest.json')) throw new MantelError('plugin_invalid', 'There is no manifest.json at the top of this archive, so it is not a plugin.');
  return rename(join(unpacked, top), to);
}
