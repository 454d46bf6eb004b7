import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import type { Api } from '../api/client.ts';
import type { Place } from './paths.ts';

const PAGE = 1000;

/** Files and folders that the house met and may not read, although whoever typed the command may. */
export async function unreadThere(api: Api, run: ImportRun, all: readonly Place[]): Promise<string[]> {
  if (!run.counts.problem) return [];
  const found: string[] = [];
  for (let after: number | null = -1; after !== null;) {
    const page: Awaited<ReturnType<typeof entries>> = await entries(api, run.id, after);
    for (const e of page.entries) {
      const here = e.reason === 'unreadable' && e.part === null ? await readableHere(e.path, all) : null;
      if (here) found.push(here);
    }
    after = page.next;
  }
  return found;
}
const entries = (api: Api, id: string, after: number) => api.get('imports.entries', `/imports/${encodeURIComponent(id)}/entries?outcome=problem&limit=${PAGE}${after < 0 ? '' : `&after=${after}`}`);

/** The report names paths below the folders that were given; with several of them, after the folder's name or its whole path. */
async function readableHere(shown: string, all: readonly Place[]): Promise<string | null> {
  const below = shown.replace(/^\.\//, '').replace(/\/$/, '');
  for (const place of all) {
    const tries = place.folder ? [path.join(place.path, below), path.join(path.dirname(place.path), below), `/${below}`] : [place.path];
    for (const full of tries) {
      const mine = full === place.path || full.startsWith(`${place.path}/`);
      if (mine && (place.folder || path.basename(place.path) === path.basename(below)) && (await access(full, constants.R_OK).then(() => true, () => false))) return full;
    }
  }
  return null;
}
