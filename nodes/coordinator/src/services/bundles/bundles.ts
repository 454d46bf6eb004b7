// The worker as a file to carry to another machine. Made when somebody needs it, kept as long as this house is what it is.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { JoinInfo } from '@mantel/contracts/models/node.ts';
import type { Platform } from './closure.ts';
import { PLATFORMS } from './closure.ts';

const MAKE_MS = 20 * 60_000; // 130 MB over a slow line, for another kind of machine
const AGAIN_MS = 10 * 60_000; // what failed is not tried at every report of every worker
const MAKER = fileURLToPath(new URL('make-process.ts', import.meta.url));
export interface Bundle { platform: Platform; build: string; path: string; sha256: string; bytes: number; unpacked: number }
export interface BundlesOptions { state: string; root: string; build: string; onChange?: () => void; log: { info(fields: object, text: string): void; warn(fields: object, text: string): void } }

export function createBundles({ state, root, build, log, onChange = () => undefined }: BundlesOptions) {
  const folder = join(state, 'cache', 'bundles');
  const own = `${process.platform}-${process.arch}`;
  const ready = new Map<Platform, Bundle>();
  const failed = new Map<Platform, { error: string; at: number }>();
  const making = new Map<Platform, Promise<Bundle>>();
  let last: Promise<unknown> = Promise.resolve(); // one at a time
  const stopping = new AbortController();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (name.startsWith('making-')) rmSync(join(folder, name), { recursive: true, force: true }); // a stop in the middle
  const asked = new Set<Platform>(readAsked(folder));
  const name = (platform: Platform): string => `${platform}-${build}.tar.gz`;

  /** An earlier one of the same build, if it is still what it was. */
  async function kept(platform: Platform): Promise<Bundle | undefined> {
    const path = join(folder, name(platform));
    let said: Bundle;
    try { said = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Bundle; } catch { return undefined; }
    const hash = createHash('sha256');
    try { for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk); } catch { return undefined; }
    if (hash.digest('hex') === said.sha256) return { ...said, path };
    log.warn({ platform }, 'a kept bundle of the worker was damaged; it is made again');
    return undefined;
  }
  function pack(platform: Platform): Promise<Bundle> {
    return new Promise((resolve, reject) => {
      const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', '--max-old-space-size=128', MAKER, root, platform, build, folder], { timeout: MAKE_MS, signal: stopping.signal, maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
        if (error) return reject(new MantelError('bundle_failed', stderr.trim().split('\n').at(-1) || 'The bundle for this kind of machine could not be made.'));
        const { file, ...made } = JSON.parse(stdout) as { file: string; sha256: string; bytes: number; unpacked: number };
        const bundle: Bundle = { platform, build, path: join(folder, file), ...made };
        writeFileSync(`${bundle.path}.json`, JSON.stringify(bundle), { mode: 0o600 });
        for (const old of readdirSync(folder)) if (old.startsWith(`${platform}-`) && !old.startsWith(name(platform))) rmSync(join(folder, old), { force: true });
        resolve(bundle);
      });
      child.stdin?.end();
    });
  }
  async function make(platform: Platform): Promise<Bundle> {
    const found = (await kept(platform)) ?? (await pack(platform));
    log.info({ platform, build, bytes: found.bytes }, 'the bundle of the worker is ready');
    ready.set(platform, found);
    failed.delete(platform);
    return found;
  }
  /** The bundle, made now if need be. Only for this machine's own kind, or one that an admin asked for: parts for others come from outside. Throws `bundle_unasked`, `bundle_failed`. */
  function get(platform: Platform): Promise<Bundle> {
    const have = ready.get(platform);
    if (have) return stat(have.path).then((s) => s.size === have.bytes, () => false).then((whole) => { if (whole) return have; ready.delete(platform); return get(platform); });
    if (platform !== own && !asked.has(platform)) return Promise.reject(new MantelError('bundle_unasked', `The program for ${platform} is not here. An admin can prepare it in Admin → Nodes; then start this again.`));
    const running = making.get(platform);
    if (running) return running;
    const work = last.then(() => make(platform));
    last = work.catch((e: unknown) => { failed.set(platform, { error: (e as Error).message, at: Date.now() }); log.warn({ platform, err: e }, 'a bundle of the worker could not be made'); });
    making.set(platform, work);
    void work.catch(() => undefined).finally(() => { making.delete(platform); onChange(); });
    return work;
  }
  return {
    build, get,
    own: (PLATFORMS as readonly string[]).includes(own) ? (own as Platform) : undefined,
    /** What is ready now, without making anything. */
    at: (platform: Platform): Bundle | undefined => ready.get(platform),
    /** Why the last try failed. */
    problem: (platform: Platform): string | undefined => failed.get(platform)?.error,
    /** For anybody who asks: what failed a moment ago is not tried again for each of them; an admin who asks for it ends that. Throws as `get`. */
    async give(platform: Platform): Promise<Bundle> {
      const f = failed.get(platform);
      if (f && f.at >= Date.now() - AGAIN_MS && !making.has(platform)) throw new MantelError('bundle_failed', f.error);
      return get(platform);
    },
    /** Has it made in the background, if there is hope. */
    want(platform: Platform): void {
      if ((failed.get(platform)?.at ?? 0) < Date.now() - AGAIN_MS) void get(platform).catch(() => undefined);
    },
    mayMake: (platform: Platform): boolean => platform === own || asked.has(platform),
    /** An admin wants machines of this kind: from now on their parts may be fetched. */
    ask(platform: Platform): void {
      if (platform !== own && !asked.has(platform)) { asked.add(platform); writeFileSync(join(folder, 'asked.json'), JSON.stringify([...asked]), { mode: 0o600 }); }
      failed.delete(platform);
      void get(platform).catch(() => undefined);
    },
    status: (): JoinInfo['platforms'] => PLATFORMS.map((platform) => ({
      platform, bytes: ready.get(platform)?.bytes ?? null, error: failed.get(platform)?.error ?? null,
      state: ready.has(platform) ? 'ready' : making.has(platform) ? 'making' : failed.has(platform) ? 'failed' : platform === own || asked.has(platform) ? 'making' : 'unasked',
    })),
    async stop(): Promise<void> { stopping.abort(); await Promise.allSettled([last, ...making.values()]); },
  };
}
export type Bundles = ReturnType<typeof createBundles>;

function readAsked(folder: string): Platform[] {
  try { return (JSON.parse(readFileSync(join(folder, 'asked.json'), 'utf8')) as Platform[]).filter((p) => PLATFORMS.includes(p)); } catch { return []; }
}
