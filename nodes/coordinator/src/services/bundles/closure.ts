// Which packages a worker needs on a platform: read from package-lock.json, as npm would install them.
export interface LockEntry { version?: string; resolved?: string; link?: boolean; integrity?: string; optional?: boolean; os?: string | string[]; cpu?: string | string[]; libc?: string | string[]; dependencies?: Record<string, string>; optionalDependencies?: Record<string, string>; peerDependencies?: Record<string, string>; peerDependenciesMeta?: Record<string, { optional?: boolean }> }
export interface Lock { packages: Record<string, LockEntry> }
export const PLATFORMS = ['linux-x64', 'linux-arm64'] as const;
export type Platform = (typeof PLATFORMS)[number];
/** One package: where it lies (`node_modules/a/node_modules/b`), and what its tarball must be. */
export interface Part { location: string; name: string; version: string; integrity: string }

const fits = (allowed: string | string[] | undefined, value: string): boolean => {
  const list = allowed === undefined ? [] : [allowed].flat();
  return list.length === 0 || (list.some((a) => a.startsWith('!')) ? !list.includes(`!${value}`) : list.includes(value));
};
const nameAt = (location: string): string => location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** As node looks for it: beside the one who asks, then in each folder above. */
function find(lock: Lock, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '') {
    const location = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (!at.endsWith('node_modules') && lock.packages[location]) return location;
    if (at === '') return undefined;
  }
}

/** Everything that `workspaces` need at run time on `platform`, and the Node that runs them. Throws when the lock file lacks something that is not optional. */
export function closureOf(lock: Lock, workspaces: readonly string[], platform: Platform): Part[] {
  const [os, cpu] = platform.split('-') as [string, string];
  const parts = new Map<string, Part>();
  const seen = new Set<string>();
  const queue = [...workspaces];
  const want = (from: string, name: string, optional: boolean): void => {
    const location = find(lock, from, name);
    if (location) queue.push(location);
    else if (!optional) throw new Error(`package-lock.json does not say which ${name} is meant for ${from}. Run npm install and commit the lock file.`);
  };
  queue.push(`node_modules/node-${platform}`);
  for (let location = queue.shift(); location !== undefined; location = queue.shift()) {
    if (seen.has(location)) continue;
    seen.add(location);
    const entry = lock.packages[location];
    if (!entry) throw new Error(`package-lock.json has no ${location}.`);
    if (entry.link) { queue.push(entry.resolved!); continue; }
    if (location.includes('node_modules/')) {
      if (!fits(entry.os, os) || !fits(entry.cpu, cpu) || !fits(entry.libc, 'glibc')) continue;
      if (!entry.version || !entry.integrity?.startsWith('sha512-')) throw new Error(`package-lock.json has no SHA-512 for ${location}.`);
      parts.set(location, { location, name: nameAt(location), version: entry.version, integrity: entry.integrity });
    }
    for (const name of Object.keys(entry.dependencies ?? {})) want(location, name, Object.hasOwn(entry.optionalDependencies ?? {}, name));
    for (const name of Object.keys(entry.optionalDependencies ?? {})) want(location, name, true);
    for (const name of Object.keys(entry.peerDependencies ?? {})) if (!entry.peerDependenciesMeta?.[name]?.optional) want(location, name, false);
  }
  return [...parts.values()].sort((a, b) => (a.location < b.location ? -1 : 1));
}
