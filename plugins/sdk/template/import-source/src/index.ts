import { stat } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { defineImportSource, type SourceItem } from '@mantel/plugin-sdk';
import { walk } from '@mantel/plugin-sdk/walk.ts';

interface Config { path: string; tag?: string }
const PHOTO = new Set(['.jpg', '.jpeg', '.png', '.heic', '.webp', '.gif', '.mp4', '.mov']);

export default defineImportSource<Config>({
  // Looked at before anything is saved. `field` puts the sentence beside that field of the form.
  async check({ path }) {
    const found = path ? await stat(path).catch(() => undefined) : undefined;
    if (!found?.isDirectory()) return { ok: false, problems: [{ field: 'path', message: 'Choose a folder that is there.' }] };
    return { ok: true, summary: `Photos below ${path}`, collection: path, problems: [] };
  },

  // Yields everything that lies there, once: photos as items, the rest as entries that say why they are none.
  async* scan({ path, tag }, ctx) {
    let done = 0;
    for await (const file of walk(path, { signal: ctx.signal })) {
      const entry = { part: null, path: file.path, bytes: file.bytes };
      if (file.problem) yield { type: 'entry', entry: { ...entry, outcome: 'ignored', reason: file.problem === 'link' ? 'link' : 'unreadable' } };
      else if (!PHOTO.has(extname(file.path).toLowerCase())) yield { type: 'entry', entry: { ...entry, outcome: 'ignored', reason: 'not-a-photo' } };
      else {
        const folder = dirname(file.path);
        const item: SourceItem = {
          id: file.path, // the same in every scan
          // `span` says where the bytes lie: the house reads them itself, which is faster than open()
          files: [{ role: 'original', name: basename(file.path), copies: [{ ...entry, here: true, modifiedAt: file.modifiedAt, span: { path: file.full, start: 0, length: file.bytes, method: 'stored' } }] }],
          hints: { ...(folder === '.' ? {} : { folder }), ...(tag ? { tags: [tag] } : {}) },
          albums: [],
        };
        yield { type: 'item', item };
      }
      if (++done % 100 === 0) yield { type: 'progress', done, total: null };
    }
    ctx.log(`${done} files`);
  },
});
