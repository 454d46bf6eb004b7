// What a plugin may read: the files and folders that its configuration names, by their real paths; never what is Mantel's own.
import { mkdirSync, realpathSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import { type Config, type Problem, propertiesOf } from '@mantel/runtime/plugins/config.ts';

/** `read`: real paths. `config`: with the real paths in it, because a plugin behind its wall sees nothing of links that lead there. */
export interface Granted { read: string[]; config: Config }
/** What a wall cannot make harmless: through a socket that lies in a folder, one speaks to the service behind it, which may do anything (containers, the system itself). */
const MACHINE = ['/proc', '/sys', '/dev', '/run', '/var/run', '/etc', '/boot'];
/** Where cards and disks appear that somebody plugs in. */
const PLUGGED = '/run/media';
const ofMachine = (path: string): boolean => MACHINE.some((m) => within(path, m)) && (path === PLUGGED || !within(path, PLUGGED));
const PATIENCE_MS = 15_000; // a share whose server is gone answers never

export const within = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
};

export function createGrants({ state, data }: { state: string; data: string }) {
  for (const dir of [state, data]) mkdirSync(dir, { recursive: true });
  const own = [...new Set([state, data].map((dir) => realpathSync(dir)))];
  const [stateDir, dataDir] = [realpathSync(state), realpathSync(data)];
  /** Why nobody may be let at this real path; `parts`: the folder of what was sent for this run. */
  const refusal = (path: string, parts?: string): string | undefined => {
    if (parts !== undefined && within(path, parts) && within(parts, join(dataDir, 'library', '.mantel'))) return undefined;
    if (ofMachine(path)) return `${path} belongs to the machine itself and holds no photos.`;
    if (own.some((dir) => within(path, dir))) return `${path} is Mantel's own. Choose a folder outside of it.`;
    if (own.some((dir) => within(dir, path))) return `${path} holds Mantel's own files, too. Choose a folder further down.`;
    return undefined;
  };
  /** The same for looking around: its photos may be seen, but neither the state nor what the library keeps for itself. */
  const hidden = (path: string): boolean => (path !== '/run' && path !== PLUGGED && ofMachine(path)) || [stateDir, join(dataDir, 'library', '.mantel')].some((dir) => within(path, dir));

  /** What tells a folder from every other, by whatever mount it is reached. */
  const identity = (path: string): Promise<string | null> => stat(path, { bigint: true }).then((s) => `${s.dev}:${s.ino}`, () => null);
  /** Of a folder and all that hold it. */
  const chain = async (path: string): Promise<(string | null)[]> => [await identity(path), ...(dirname(path) === path ? [] : await chain(dirname(path)))];
  /** The same folder may be mounted twice: its path says nothing then. */
  async function mountedTwice(path: string): Promise<string | undefined> {
    const [above, at] = [new Set(await chain(path)), await identity(path)];
    for (const dir of [...own, join(dataDir, 'library')]) {
      const id = await identity(dir);
      if (id !== null && (above.has(id) || (at !== null && (await chain(dir)).includes(at)))) return `${path} is Mantel's own, or holds it: the same disk is mounted there, too. Choose another folder.`;
    }
    return undefined;
  }

  async function real(path: string): Promise<string | Problem> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })), PATIENCE_MS); });
    try { return await Promise.race([realpath(path), late]); } catch (e) {
      const { code } = e as { code?: string };
      return { message: code === 'ETIMEDOUT' ? `${path} does not answer. Is the disk or the network share connected?` : code === 'EACCES' ? `Mantel may not read ${path}. Let its user read it, then try again.` : code === 'ENOENT' || code === 'ENOTDIR' ? `There is no file or folder ${path}. Is the disk connected?` : `${path} cannot be read (${code ?? 'unknown'}).` };
    } finally { clearTimeout(timer); }
  }

  return {
    refusal, hidden,
    /** Throws `source_invalid` with the problems by field. `parts`: real path of the folder that files from a browser were put into. */
    async of(manifest: Manifest, config: Config, { parts }: { parts?: string } = {}): Promise<Granted> {
      const read = new Set<string>();
      const problems: Problem[] = [];
      const granted: Config = { ...config };
      const home = parts === undefined ? undefined : await realpath(parts).catch(() => undefined);
      const look = async (field: string, path: string): Promise<string> => {
        const at = await real(path);
        const why = typeof at === 'string' ? refusal(at, home) ?? (home !== undefined && within(at, home) ? undefined : await mountedTwice(at)) : at.message;
        if (why !== undefined || typeof at !== 'string') problems.push({ field, message: why ?? `${path} cannot be read.` });
        else read.add(at);
        return typeof at === 'string' ? at : path;
      };
      for (const [field, p] of propertiesOf(manifest.config)) {
        const value = config[field];
        if (p.mantel === 'path' && typeof value === 'string') granted[field] = await look(field, value);
        if (p.mantel !== 'paths' || !Array.isArray(value)) continue;
        const reals: string[] = [];
        for (const path of value) reals.push(await look(field, String(path)));
        granted[field] = reals;
      }
      if (problems.length) throw new MantelError('source_invalid', problems[0]!.message, { problems: problems.slice(0, 100) });
      for (const path of manifest.permissions.paths) { // one that is not there is no trouble: it is a permission, not a wish
        const at = await real(path);
        if (typeof at === 'string' && (refusal(at) ?? await mountedTwice(at)) === undefined) read.add(at);
      }
      return { read: [...read], config: granted };
    },
  };
}
export type GrantRules = ReturnType<typeof createGrants>;
