// A small import plugin for browser tests: a folder of pictures, with one field of each kind. Falls over while its folder holds a file called `crash`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = `import { readdir } from 'node:fs/promises';
const names = async (c) => { try { return await readdir(c.folder); } catch { return null; } };
export default {
  async check(c, ctx) {
    ctx.log('looking at ' + c.folder);
    const all = await names(c);
    if (all?.includes('crash')) process.exit(7);
    if (!all?.some((n) => n.endsWith('.jpg'))) return { ok: false, problems: [{ field: 'folder', message: 'There is no picture in this folder.' }] };
    if (c.token !== 'open sesame') return { ok: false, problems: [{ field: 'token', message: 'The shoebox does not open with this word.' }] };
    return { ok: true, summary: all.filter((n) => n.endsWith('.jpg')).length + ' pictures.', collection: c.folder, problems: [] };
  },
  async *scan(c) {
    for (const name of (await names(c)) ?? []) {
      if (!name.endsWith('.jpg')) { yield { type: 'entry', entry: { part: null, path: name, bytes: null, outcome: 'ignored', reason: 'not-a-photo' } }; continue; }
      yield { type: 'item', item: { id: name, files: [{ role: 'original', name, copies: [{ part: null, path: name, bytes: null, here: true, ref: name }] }], hints: {}, albums: [] } };
    }
  },
  async *open(ref, c) {
    const { createReadStream } = await import('node:fs');
    yield* createReadStream(c.folder + '/' + ref);
  },
  migrate: (old) => ({ ...old, size: old.size === 'small' ? 'tiny' : old.size }),
};
`;
const config = (sizes: string[]) => ({
  type: 'object', required: ['folder', 'token'], additionalProperties: false, properties: {
    folder: { type: 'string', title: 'Folder', description: 'Where the pictures lie.', mantel: 'path' }, token: { type: 'string', title: 'Password', mantel: 'secret' },
    size: { type: 'string', title: 'Size', enum: sizes, enumTitles: sizes.map((s) => s[0]!.toUpperCase() + s.slice(1)), default: sizes[0] }, most: { type: 'integer', title: 'At most', description: 'Pictures in one go.', minimum: 1, maximum: 500, default: 100 },
    again: { type: 'boolean', title: 'Look again', description: 'In case something was overlooked.', default: true }, skip: { type: 'array', title: 'Leave out', items: { type: 'string', maxLength: 50 }, default: [] }, kinds: { type: 'array', title: 'Kinds', items: { type: 'string', enum: ['photo', 'video'], enumTitles: ['Photos', 'Videos'] }, default: ['photo'] },
    since: { type: 'string', title: 'Since', format: 'date' }, person: { type: 'string', title: 'Whose shoebox', mantel: 'user' }, shelf: { type: 'string', title: 'Shelf', mantel: 'library' }, tidy: { type: 'string', title: 'Tidy up', mantel: 'schedule' },
  },
});

/** Writes version `version` of the plugin into a new folder of `dir`. Version 2 talks to a host, and calls its sizes otherwise. */
export function writePlugin(dir: string, version: '1.0.0' | '2.0.0'): string {
  const folder = join(dir, `shoebox-${version}`), two = version === '2.0.0';
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({
    id: 'shoebox', name: 'Shoebox', version, apiVersion: '^1.0.0', kind: 'import-source', description: 'Pictures from a shoebox, one after the other.', entry: 'index.mjs', config: config(two ? ['tiny', 'large'] : ['small', 'large']),
    permissions: { paths: [], hosts: two ? ['shoebox.example'] : [], addons: false }, memoryMb: 128, author: 'Ann', licence: 'MIT', homepage: 'https://shoebox.example/',
  }, null, 2));
  writeFileSync(join(folder, 'index.mjs'), PROGRAM);
  return folder;
}
