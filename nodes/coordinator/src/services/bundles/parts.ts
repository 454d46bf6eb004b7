// Where the packages of a bundle come from: what is installed here, else the registry that npm is configured for, checked against the lock file.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Part } from './closure.ts';

const run = promisify(execFile);
const FETCH_MS = 10 * 60_000;
const UNPACK_MS = 5 * 60_000;
const fileOf = (p: Part): string => `${p.name.replace(/^@/, '').replace('/', '-')}-${p.version}.tgz`; // as npm pack names it

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return `sha512-${hash.digest('base64')}`;
}
/** Whether this very version is installed below `root`. */
export function installed(root: string, p: Part): boolean {
  try { return (JSON.parse(readFileSync(join(root, p.location, 'package.json'), 'utf8')) as { version?: unknown }).version === p.version; } catch { return false; }
}

/** The tarballs of `parts` in `cache`, fetching only what is not there. A tarball that is not what the lock file names is deleted, and the sentence says which. */
export async function fetchParts(parts: Part[], cache: string, root: string): Promise<void> {
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const missing: Part[] = [];
  for (const p of parts) if (!existsSync(join(cache, fileOf(p))) || (await sha512Of(join(cache, fileOf(p)))) !== p.integrity) missing.push(p);
  if (missing.length === 0) return;
  const arriving = join(cache, 'arriving');
  await rm(arriving, { recursive: true, force: true });
  await mkdir(arriving, { mode: 0o700 });
  try {
    // npm knows registry, proxy, certificates and keys of this house; it runs nothing of what it fetches
    await run('npm', ['pack', '--loglevel=error', '--ignore-scripts', '--cache', join(arriving, 'cache'), '--pack-destination', arriving, ...missing.map((p) => `${p.name}@${p.version}`)], { cwd: root, timeout: FETCH_MS, maxBuffer: 1 << 20 })
      .catch((e: { code?: unknown; stderr?: string }) => { throw new Error(e.code === 'ENOENT' ? 'npm is not installed here, and it is needed to fetch the parts for other kinds of machines. Install npm.' : `The parts for this kind of machine could not be fetched from the npm registry: ${complaint(e.stderr ?? '')}`); });
    for (const p of missing) {
      const file = join(arriving, fileOf(p));
      if (!existsSync(file)) throw new Error(`The npm registry did not deliver ${p.name} ${p.version}.`);
      if ((await sha512Of(file)) !== p.integrity) throw new Error(`${p.name} ${p.version} from the npm registry is not what Mantel was made with: its checksum is wrong. It was thrown away.`);
      await rename(file, join(cache, fileOf(p)));
    }
  } finally { await rm(arriving, { recursive: true, force: true }); }
}

/** What npm complains about, in one line. */
const complaint = (stderr: string): string => stderr.split('\n').filter((l) => l.startsWith('npm error') && !/complete log|npm error code|^npm error\s*$/.test(l)).map((l) => l.slice(10).trim()).join(' ').slice(0, 300) || 'it did not answer in time.';

/** Unpacks one checked tarball into an empty folder; what lies in its single top folder comes to the top. */
export async function unpackPart(p: Part, cache: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await run('tar', ['-xzf', join(cache, fileOf(p)), '-C', to, '--strip-components=1', '--no-same-owner', '--no-same-permissions'], { timeout: UNPACK_MS });
}
/** Removes tarballs that no bundle needs any more. */
export async function forgetParts(cache: string, keep: Part[]): Promise<void> {
  const names = new Set(keep.map(fileOf));
  for (const name of await readdir(cache).catch(() => [])) if (name.endsWith('.tgz') && !names.has(name)) await rm(join(cache, name), { force: true });
}
