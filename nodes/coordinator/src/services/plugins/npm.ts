// A plugin from npm: fetched only because an admin asked for it by name. Nothing of what is fetched is run.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MantelError } from '@mantel/contracts/errors.ts';
import { liftPlugin, unpackTarball } from './tarball.ts';

const run = promisify(execFile);
const PACK_MS = 60_000;
const INSTALL_MS = 180_000;
/** A package name, perhaps with a version: no address, no path, no option. */
const NAME = /^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]{0,213}(@[A-Za-z0-9.^~+-]{1,64})?$/;
const QUIET = ['--loglevel=error', '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];

const complaint = (stderr: string): string => stderr.split('\n').filter((l) => l.startsWith('npm error') && !/complete log|npm error code|^npm error\s*$/.test(l)).map((l) => l.slice(10).trim()).join(' ').slice(0, 300);
function clear(e: { code?: unknown; stderr?: string; killed?: boolean }, what: string): MantelError {
  const said = e.stderr ?? '';
  if (e.code === 'ENOENT') return new MantelError('plugin_failed', 'npm is not installed here, and it is needed to fetch a plugin by its name. Send the plugin as a tarball instead.');
  if (/E404|404 Not Found/.test(said)) return new MantelError('not_found', `npm knows no package ${what}. Check the name.`);
  if (e.killed || /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(said)) return new MantelError('plugin_failed', `${what} could not be fetched: npm is not reachable from here. Check the connection of this machine to the internet, or send the plugin as a tarball.`);
  return new MantelError('plugin_failed', `${what} could not be fetched from npm: ${complaint(said) || 'npm did not say why'}`);
}

/** Fetches, unpacks and completes a package in `work`, and brings it to `to`. */
export async function fetchFromNpm(name: string, work: string, to: string): Promise<void> {
  if (!NAME.test(name)) throw new MantelError('bad_request', 'This is not the name of a package on npm, like mantel-plugin-x or @name/x@1.2.0.');
  const cache = join(work, 'npm-cache');
  await mkdir(join(work, 'pack'), { recursive: true, mode: 0o700 });
  const npm = (cwd: string, timeout: number, ...args: string[]) => run('npm', [...args, ...QUIET, '--cache', cache], { cwd, timeout, maxBuffer: 4 << 20 }).catch((e: { code?: unknown; stderr?: string }) => { throw clear(e, name); });
  await npm(work, PACK_MS, 'pack', name, '--pack-destination', join(work, 'pack'));
  const file = (await readdir(join(work, 'pack'))).find((f) => f.endsWith('.tgz'));
  if (file === undefined) throw new MantelError('plugin_failed', `npm did not deliver ${name}.`);
  await unpackTarball(join(work, 'pack', file), join(work, 'unpacked'));
  await liftPlugin(join(work, 'unpacked'), join(work, 'lifted'));
  if (await withoutContracts(join(work, 'lifted'))) await npm(join(work, 'lifted'), INSTALL_MS, 'install', '--omit=dev', '--no-package-lock', '--legacy-peer-deps', '--no-bin-links');
  await rename(join(work, 'lifted'), to);
  await rm(cache, { recursive: true, force: true });
}

/** The contracts come from the house itself. Whether anything else has to be fetched; only names and versions from the registry, no addresses. */
async function withoutContracts(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  let manifest: Record<string, unknown>;
  try { manifest = JSON.parse(text) as Record<string, unknown>; } catch { throw new MantelError('plugin_invalid', 'The package.json of this plugin is not JSON.'); }
  const wanted = Object.entries((manifest.dependencies ?? {}) as Record<string, string>).filter(([name]) => !name.startsWith('@mantel/'));
  const odd = wanted.find(([, version]) => typeof version !== 'string' || /[:/]/.test(version));
  if (odd) throw new MantelError('plugin_invalid', `This plugin needs ${odd[0].slice(0, 100)} from somewhere else than npm. Ask its author for one that brings it along.`);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: manifest.name, version: manifest.version, type: manifest.type, main: manifest.main, exports: manifest.exports, imports: manifest.imports, license: manifest.license, dependencies: Object.fromEntries(wanted) }, null, 2));
  return wanted.length > 0;
}
