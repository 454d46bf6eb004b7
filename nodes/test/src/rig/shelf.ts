// A plugin for tests: a folder of pictures behind a made-up password, in several versions and moods.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SECRET = 'Tr0ub4dor&3-ünlocks';
export interface ShelfOptions { version?: string; apiVersion?: string; id?: string; /** Version 2 calls the folder `place`, and carries it over. */ place?: boolean; migrate?: 'throws'; hosts?: string[] }

const program = (field: string, migrate: string): string => `
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defineImportSource } from '@mantel/plugin-sdk';

export default defineImportSource({
  async check(config, ctx) {
    ctx.log('looking at ' + config.${field} + ' with ' + config.password);
    if (config.mood === 'crash') process.exit(7);
    if (config.password !== ${JSON.stringify(SECRET)}) return { ok: false, problems: [{ field: 'password', message: 'This password is wrong.' }] };
    return { ok: true, summary: (await readdir(config.${field})).length + ' files', problems: [] };
  },
  async *scan(config, ctx) {
    const there = async () => (await readdir(config.${field})).sort();
    while ((await there()).includes('WAIT') && !ctx.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
    const names = await there();
    for (const name of names) {
      const path = join(config.${field}, name);
      const { size, mtimeMs } = await stat(path);
      yield { type: 'item', item: { id: name, hints: {}, albums: [], files: [{ role: 'original', name, copies: [{ part: null, path: name, bytes: size, here: true, modifiedAt: Math.floor(mtimeMs), span: { path, start: 0, length: size, method: 'stored' } }] }] } };
    }
    yield { type: 'progress', done: names.length, total: names.length };
  },
  ${migrate}
});
`;

/** A scan waits while a file of this name lies in its folder. */
export const WAIT = 'WAIT';

/** Writes one version of it into a new folder. */
export function writeShelf(dir: string, { version = '1.0.0', apiVersion = '^1.0.0', id = 'shelf', place = false, migrate, hosts = [] }: ShelfOptions = {}): string {
  const folder = join(dir, `${id}-${version}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(join(folder, 'src'), { recursive: true });
  const field = place ? 'place' : 'folder';
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({
    id, name: 'Shelf', version, apiVersion, kind: 'import-source', description: 'Pictures on a shelf.', entry: 'src/index.ts', memoryMb: 128, permissions: { paths: [], hosts, addons: false }, help: 'HELP.md',
    config: { type: 'object', required: [field, 'password'], properties: { [field]: { type: 'string', mantel: 'path', title: 'Folder' }, password: { type: 'string', mantel: 'secret', title: 'Password' }, mood: { type: 'string', enum: ['calm', 'crash'], default: 'calm' } } },
  }));
  const code = migrate === 'throws' ? `migrate() { throw new Error('The shelf does not remember.'); },` : place ? 'migrate({ folder, ...rest }) { return { ...rest, place: folder }; },' : '';
  writeFileSync(join(folder, 'src/index.ts'), program(field, code));
  writeFileSync(join(folder, 'HELP.md'), `# Shelf ${version}\n`);
  return folder;
}

/** The same as an archive that npm could have packed. */
export function packShelf(folder: string): string {
  execFileSync('tar', ['-czf', `${folder}.tgz`, '--transform', 's,^\\.,package,', '-C', folder, '.']);
  return `${folder}.tgz`;
}
