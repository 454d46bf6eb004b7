// A plugin for tests: what scripts/new-plugin writes, behind a made-up password, in several versions and moods.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SECRET = 'Tr0ub4dor&3-ünlocks';
export interface ShelfOptions { version?: string; apiVersion?: string; id?: string; /** Version 2 calls the folder `place`, and carries it over. */ place?: boolean; migrate?: 'throws'; hosts?: string[] }
const NEW_PLUGIN = fileURLToPath(new URL('../../../../scripts/new-plugin', import.meta.url));

const program = (field: string, migrate: string): string => `
import { readdir } from 'node:fs/promises';
import { defineImportSource } from '@mantel/plugin-sdk';
import made from './made.ts';

export default defineImportSource({
  async check(config, ctx) {
    ctx.log('looking at ' + config.${field} + ' with ' + config.password);
    if (config.mood === 'crash') { console.error('no more of ' + config.password); process.exit(7); }
    if (config.password !== ${JSON.stringify(SECRET)}) return { ok: false, problems: [{ field: 'password', message: 'This password is wrong.' }] };
    return made.check({ path: config.${field} }, ctx);
  },
  async *scan(config, ctx) {
    while ((await readdir(config.${field})).includes('WAIT') && !ctx.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
    yield* made.scan({ path: config.${field} }, ctx);
  },
  ${migrate}
});
`;

/** A scan waits while a file of this name lies in its folder. */
export const WAIT = 'WAIT';

/** Writes one version of it into a new folder. */
export function writeShelf(dir: string, { version = '1.0.0', apiVersion = '^1.0.0', id = 'shelf', place = false, migrate, hosts = [] }: ShelfOptions = {}): string {
  const folder = join(dir, `${id}-${version}-${Math.random().toString(36).slice(2)}`);
  execFileSync(NEW_PLUGIN, [id, folder], { stdio: 'pipe' });
  const field = place ? 'place' : 'folder';
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { config: { properties: { path: object } }; permissions: object };
  const { path } = manifest.config.properties;
  const properties = { [field]: path, password: { type: 'string', mantel: 'secret', title: 'Password' }, mood: { type: 'string', enum: ['calm', 'crash'], default: 'calm' } };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version, apiVersion, permissions: { ...manifest.permissions, hosts }, config: { type: 'object', required: [field, 'password'], properties } }));
  const code = migrate === 'throws' ? `migrate() { throw new Error('The shelf does not remember.'); },` : place ? 'migrate({ folder, ...rest }) { return { ...rest, place: folder }; },' : '';
  renameSync(join(folder, 'src/index.ts'), join(folder, 'src/made.ts'));
  writeFileSync(join(folder, 'src/index.ts'), program(field, code));
  return folder;
}

/** The same as an archive that npm could have packed. */
export function packShelf(folder: string): string {
  execFileSync('tar', ['-czf', `${folder}.tgz`, '--transform', 's,^\\.,package,', '-C', folder, '.']);
  return `${folder}.tgz`;
}
