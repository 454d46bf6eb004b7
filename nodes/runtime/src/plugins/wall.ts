import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Isolation, Manifest } from '@mantel/contracts/models/plugin.ts';
import type { Grants } from './plugin-process.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const RUNNER = at('../../../plugin-runner/src/main.ts');
const RESOLVE = at('../../../plugin-runner/src/resolve.ts');
const SDK = at('../../../../plugins/sdk/');
/** Where the way to a plugin's hosts stands inside the walls. */
export const PROXY_INSIDE = '/run/mantel/proxy.sock';
/** For bwrap, prlimit and the like; behind the walls there is none of it. */
export const WALL_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const TMP_BYTES = 64 * 1024 * 1024;

/** Folders of the packages that runner and SDK need, and of what those need. */
function packages(): string[] {
  const found = new Set<string>();
  const visit = (from: string): void => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
    for (const name of Object.keys(dependencies)) {
      if (name.startsWith('@mantel/')) continue;
      const home = (createRequire(join(from, 'package.json')).resolve.paths(name) ?? []).map((p) => join(p, name)).find((p) => existsSync(join(p, 'package.json')));
      if (home === undefined || found.has(home)) continue;
      found.add(home);
      visit(home);
    }
  };
  for (const home of [dirname(dirname(RUNNER)), SDK]) visit(home);
  return [...found];
}

let loaded: string[] | undefined;
/** Shared libraries that this very Node was loaded with, under the names that the loader looks for. */
function libraries(): string[] {
  if (loaded) return loaded;
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return loaded = (report.getReport() as unknown as { sharedObjects: string[] }).sharedObjects.filter((f) => f.startsWith('/') && /^\/(usr\/)?lib/.test(f) && !f.endsWith('.node'));
  } finally { report.excludeNetwork = before; }
}

let parts: string[] | undefined;
/** Everything of this program that a plugin gets to see: nothing with secrets, nothing that can be written. */
const programParts = (): string[] => parts ??= [dirname(RUNNER), at('./wire'), join(SDK, 'src'), join(SDK, 'package.json'), ...packages()];

const names = (path: string): string[] => {
  try {
    return [...new Set([path, realpathSync(path)])];
  } catch { return []; } // not there (any more): the plugin will say so
};
const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

export interface Walls { folder: string; grants: Pick<Grants, 'read' | 'write' | 'hide'>; proxy: string | null }

/** The command line in front of `node`. Only what is named here exists inside; of the network only an empty loopback. Parents are mounted before what lies in them. */
export function bubblewrap({ folder, grants, proxy }: Walls): string[] {
  const bind = (how: string, path: string): string[] => [how, path, path];
  const grant = (how: string, paths: string[]): { path: string; args: string[] }[] => paths.flatMap(names).map((path) => ({ path, args: bind(how, path) }));
  const granted = [...grant('--ro-bind', grants.read), ...grant('--bind', grants.write)];
  // an empty folder that can be passed through: something granted (or the plugin itself) may lie below it
  const hidden = (grants.hide ?? []).flatMap(names).filter((h) => granted.some((g) => inside(h, g.path))).map((path) => ({ path, args: ['--perms', '0111', '--size', '4096', '--tmpfs', path] }));
  const mounts = [...granted.filter((g) => !hidden.some((h) => h.path === g.path)), ...hidden].toSorted((a, b) => a.path.length - b.path.length);
  return [
    'bwrap', '--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv',
    '--dev', '/dev', '--size', String(TMP_BYTES), '--tmpfs', '/tmp',
    ...mounts.flatMap((m) => m.args),
    ...[process.execPath, ...libraries(), ...programParts(), folder].flatMap((p) => bind('--ro-bind', p)),
    ...(proxy === null ? [] : ['--ro-bind', proxy, PROXY_INSIDE]),
    '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/tmp', '--',
  ];
}

/** Node's own permission flags: no wall by themselves (network and signals stay open), but one more thing to get around. */
const permissionFlags = ({ folder, grants }: Walls, tmp: boolean): string[] => [
  '--permission', ...[...programParts(), folder, ...grants.read, ...grants.write].flatMap(names).map((p) => `--allow-fs-read=${p}`), ...grants.write.flatMap(names).map((p) => `--allow-fs-write=${p}`),
  ...(tmp ? ['--allow-fs-read=/tmp', '--allow-fs-write=/tmp'] : []),
];

/** For everyone: last in the queue for the CPU, no core dumps, a ceiling for memory that the watchdog is too slow for, gone when the house is gone. */
const limits = (memoryMb: number): string[] => ['-n', '10', 'prlimit', '--core=0', '--nofile=4096', `--data=${(memoryMb * 2 + 1024) * 1024 * 1024}`, 'setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--'];

/** Program and arguments for one plugin. */
export function command(isolation: Isolation, memoryMb: number, walls: Walls): [string, string[]] {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--disable-warning=SecurityWarning', `--max-old-space-size=${Math.max(24, Math.round(memoryMb * 0.8))}`, ...(isolation === 'trusted' ? [] : permissionFlags(walls, isolation === 'bubblewrap')), '--import', RESOLVE, RUNNER];
  return ['nice', [...limits(memoryMb), ...(isolation === 'bubblewrap' ? bubblewrap(walls) : ['env', '-i']), ...node]];
}

let works: Promise<boolean> | undefined;
/** Whether bubblewrap is here and may make its walls (user namespaces). Tried once in the life of the process. */
const canWall = (): Promise<boolean> => works ??= new Promise((resolve) => {
  const walls = bubblewrap({ folder: dirname(RUNNER), grants: { read: [], write: [] }, proxy: null });
  execFile('nice', [...limits(256), ...walls, process.execPath, '--version'], { timeout: 20_000, env: WALL_ENV }, (error) => resolve(!error));
});

/** How well a plugin with this manifest can be walled in here. */
export async function isolationOf(manifest: Pick<Manifest, 'permissions'>): Promise<Isolation> {
  if (manifest.permissions.addons) return 'trusted';
  return await canWall() ? 'bubblewrap' : 'none';
}
