// Makes one bundle, as a process of its own: packing takes seconds of CPU, and the house must answer meanwhile.
// argv: root, platform, expected build, folder. Prints {file, sha256, bytes, unpacked}; an error is one sentence on stderr and exit code 1.
import { createHash } from 'node:crypto';
import { closeSync, createWriteStream, existsSync, lstatSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { buildId, workerFiles } from '@mantel/runtime/build.ts';
import { closureOf, type Lock, type Part, type Platform } from './closure.ts';
import { fetchParts, forgetParts, installed, unpackPart } from './parts.ts';
import { type Entry, tar } from './tar.ts';

const WORKSPACES = ['nodes/worker', 'nodes/cli'];
const HOMES = ['contracts', 'runtime', 'worker', 'cli'];

const NATIVE = /(^bin\/node|\.node|\.so(\.[\d.]+)?)$/;
const MACHINE: Record<Platform, number> = { 'linux-x64': 0x3e, 'linux-arm64': 0xb7 };
/** A program for another processor would only be found out over there. */
function checkMachine(path: string, file: string, platform: Platform): void {
  const head = Buffer.alloc(20);
  const fd = openSync(file, 'r');
  try { readSync(fd, head, 0, 20, 0); } finally { closeSync(fd); }
  if (head.toString('latin1', 0, 4) !== '\x7fELF' || head.readUInt16LE(18) !== MACHINE[platform]) throw new Error(`${path} is not a program for ${platform}.`);
}

function* files(dir: string, to: string): Generator<Entry> {
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(dir, entry.name);
    if (entry.isDirectory()) { if (entry.name !== 'node_modules') yield* files(file, `${to}/${entry.name}`); continue; }
    if (!entry.isFile()) continue; // packages hold no links; npm drops them
    const { size, mode } = lstatSync(file);
    yield { path: `${to}/${entry.name}`, file, bytes: size, executable: (mode & 0o100) !== 0 };
  }
}

function* entriesOf(root: string, build: string, platform: Platform, parts: { part: Part; dir: string }[]): Generator<Entry> {
  yield { path: 'BUILD', text: `${build}\n` };
  yield { path: 'PLATFORM', text: `${platform}\n` };
  for (const path of workerFiles(root)) yield { path: path === 'appliance/worker/launcher' ? 'launcher' : path, file: join(root, path), bytes: lstatSync(join(root, path)).size, executable: path.endsWith('/launcher') };
  for (const home of HOMES) yield { path: `node_modules/@mantel/${home}`, link: `../../nodes/${home}` };
  for (const { part, dir } of parts) {
    if (part.name !== `node-${platform}`) { yield* files(dir, part.location); continue; }
    for (const [name, path] of [['bin/node', 'bin/node'], ['LICENSE', 'bin/LICENSE-of-node']] as const) if (existsSync(join(dir, name))) yield { path, file: join(dir, name), bytes: lstatSync(join(dir, name)).size, executable: path === 'bin/node' };
  }
}

async function make(root: string, platform: Platform, expected: string, folder: string): Promise<object> {
  const build = buildId(root);
  if (build !== expected) throw new Error('The program files of Mantel changed while it runs. Restart Mantel, then try again.');
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const closure = closureOf(lock, WORKSPACES, platform);
  const foreign = closure.filter((p) => !installed(root, p));
  if (foreign.length > 0 && platform === `${process.platform}-${process.arch}`) throw new Error(`Parts of Mantel are not installed as they should be (${foreign.slice(0, 3).map((p) => p.name).join(', ')}). Restart Mantel with scripts/start.`);
  const cache = join(folder, 'tarballs');
  const temp = mkdtempSync(join(folder, 'making-'));
  const file = join(temp, 'bundle.tar.gz');
  try {
    await fetchParts(foreign, cache, root);
    const parts: { part: Part; dir: string }[] = [];
    for (const [i, part] of closure.entries()) {
      if (foreign.includes(part)) await unpackPart(part, cache, join(temp, String(i)));
      parts.push({ part, dir: foreign.includes(part) ? join(temp, String(i)) : join(root, part.location) });
    }
    const hash = createHash('sha256');
    let [bytes, unpacked] = [0, 0];
    const counting = (see: (chunk: Buffer) => void): Transform => new Transform({ transform(chunk: Buffer, _e, done) { see(chunk); done(null, chunk); } });
    const checked = function* (): Generator<Entry> { for (const e of entriesOf(root, build, platform, parts)) { if ('file' in e && NATIVE.test(e.path)) checkMachine(e.path, e.file, platform); yield e; } };
    await pipeline(tar(checked()), counting((c) => { unpacked += c.length; }), createGzip({ level: 6 }), counting((c) => { bytes += c.length; hash.update(c); }), createWriteStream(file, { mode: 0o600, flush: true }));
    const name = `${platform}-${build}.tar.gz`;
    renameSync(file, join(folder, name));
    if (foreign.length > 0) await forgetParts(cache, foreign);
    return { file: name, sha256: hash.digest('hex'), bytes, unpacked };
  } finally { rmSync(temp, { recursive: true, force: true }); }
}

const [root, platform, expected, folder] = process.argv.slice(2) as [string, Platform, string, string];
try {
  setPriority(15);
  process.stdout.write(JSON.stringify(await make(root, platform, expected, folder)));
} catch (e) {
  process.stderr.write((e as Error).message);
  process.exitCode = 1;
}
