import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CheckResult } from '@mantel/plugin-sdk';
import { openZip } from '@mantel/plugin-sdk/archive/zip.ts';
import { promised } from '@mantel/plugin-sdk/media-kinds.ts';
import { takeoutInArchive, takeoutOnDisk } from '@mantel/plugin-sdk/takeout-signs.ts';
import { walk } from '@mantel/plugin-sdk/walk.ts';
import { partOf } from './names.ts';
import { collectionOf, type Config, placesOf } from './parts.ts';

const LOOK_MS = 8000;
const MAX_LOOK = 200_000;
const count = (n: number, word: string): string => `${n.toLocaleString('en-GB')} ${word}${n === 1 ? '' : 's'}`;

/** A look at names; nothing is read but the lists of archives. */
export async function check(config: Config, signal: AbortSignal, now: () => number = Date.now): Promise<CheckResult> {
  const { places, trouble } = await placesOf(config.paths ?? []);
  const problems = trouble.map((t) => ({ field: 'paths', message: t.message.slice(0, 1000) }));
  if (places.length === 0 && problems.length === 0) problems.push({ field: 'paths', message: 'Name the .zip files of the export, or their folder.' });
  const until = now() + LOOK_MS;
  const found = { media: 0, details: 0, seen: 0 };
  const look = (path: string): void => {
    found.seen++;
    if (/(^|\/)photo details[^/]*\.csv$/i.test(path)) found.details++;
    else if (['picture', 'raw', 'video'].includes(promised(path))) found.media++;
  };
  const zips: string[] = [];
  const takeouts = new Set<string>();
  let cut = false;
  for (const place of places) {
    if (!place.folder) zips.push(place.path);
    else {
      for (const name of await readdir(place.path)) if (/\.zip$/i.test(name) && partOf(name)) zips.push(`${place.path}/${name}`);
      for await (const f of walk(place.path, { signal })) {
        look(f.path);
        if (takeoutOnDisk(f.full)) takeouts.add(place.path);
        if (found.seen > MAX_LOOK || now() > until) { cut = true; break; }
      }
    }
  }
  for (const file of zips) {
    if (now() > until) { cut = true; break; }
    try {
      const zip = await openZip(file);
      try {
        for await (const e of zip.entries()) {
          look(e.path);
          if (takeoutInArchive(e.path)) takeouts.add(basename(file));
        }
      } finally {
        await zip.close();
      }
    } catch (error) {
      if (zips.length === 1) problems.push({ field: 'paths', message: (error as Error).message.slice(0, 1000) });
    }
  }
  // without its sidecars, what is locked or in the bin over there would come in openly
  if (takeouts.size > 0) problems.unshift({ field: 'paths', message: `This is a Google Takeout: ${[...takeouts].slice(0, 3).join(', ')}${takeouts.size > 3 ? ' …' : ''}. Bring it in with the source "Google Takeout", so that locked photos stay locked, and albums and dates come along.`.slice(0, 1000) });
  if (problems.length === 0 && !cut && found.media + found.details === 0) problems.push({ field: 'paths', message: 'This is no export of iCloud Photos: neither photos nor "Photo Details" are in it. Name the parts as Apple gave them (iCloud Photos Part 1 of 6.zip …).' });
  const numbered = zips.map((z) => partOf(basename(z))).filter((p) => p !== null);
  const total = Math.max(0, ...numbered.map((p) => p.of));
  const missing = numbered.length ? Array.from({ length: total }, (_, i) => i + 1).filter((n) => !numbered.some((p) => p.n === n && p.of === total)) : [];
  const words = [
    `${cut ? 'At least ' : ''}${count(found.media, 'photo or video').replace('photo or videos', 'photos and videos')}`, numbered.length ? ` in ${numbered.length} of ${count(total, 'part')}` : '', '.',
    missing.length ? ` Not here yet: part ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ' …' : ''}; they can be added later.` : '',
  ].join('');
  const collection = collectionOf(zips, places);
  return { ok: problems.length === 0, ...(places.length ? { summary: words.slice(0, 500) } : {}), ...(collection ? { collection } : {}), problems: problems.slice(0, 100) };
}
