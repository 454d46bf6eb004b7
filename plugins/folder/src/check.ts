import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { CheckResult } from '@mantel/plugin-sdk';
import { type Config, rootsOf, type Root } from './config.ts';
import { diskName } from './disk-name.ts';
import { skipper } from './glob.ts';
import { promised } from '@mantel/plugin-sdk/media-kinds.ts';
import { takeoutOnDisk } from '@mantel/plugin-sdk/takeout-signs.ts';
import { walk } from './walk.ts';

/** A look, not a scan. */
const LOOK_MS = 5000;
const LOOK_FILES = 50_000;
const MAX_SUMMARY = 500;
const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** Exports that another source understands better. */
const BETTER: [RegExp, string][] = [
  [/^takeout-.*\.(zip|tgz)$/i, 'This looks like a Google Takeout: with the source "Google Takeout", albums, dates and people come along.'],
  [/^icloud photos.*\.zip$|^photo details(-\d+)?\.csv$/i, 'This looks like an export of iCloud Photos: with the source "iCloud export", albums and dates come along.'],
];

const cardOf = async (root: Root): Promise<boolean> => root.folder && (await readdir(root.path).catch((): string[] => [])).some((n) => n.toLowerCase() === 'dcim');

export async function check(config: Config, signal: AbortSignal, now: () => number = Date.now): Promise<CheckResult> {
  const { roots, trouble } = await rootsOf(config.paths ?? []);
  const problems = trouble.map((t) => ({ field: 'paths', message: t.message.slice(0, 1000) }));
  if (roots.length === 0 && problems.length === 0) problems.push({ field: 'paths', message: 'Name at least one folder.' });
  const until = now() + LOOK_MS;
  const found = { photos: 0, videos: 0, folders: 0, files: 0 };
  const hints = new Set<string>();
  let [cut, takeout] = [false, false];
  for await (const here of walk(roots, { subfolders: config.subfolders ?? true, unwanted: skipper(config.skip ?? []), signal })) {
    for (const left of here.left) if (here.depth === 0 && left.path === `${here.path || '.'}/` && left.reason === 'unreadable') problems.push({ field: 'paths', message: `${diskName(here.disk).name}: ${left.detail}.` });
    found.folders++;
    for (const f of here.files) {
      found.files++;
      const what = promised(f.name);
      if (what === 'video') found.videos++;
      else if (what === 'picture' || what === 'raw') found.photos++;
      if (takeoutOnDisk(f.disk.toString())) takeout = true;
      for (const [name, hint] of BETTER) if (name.test(f.name)) hints.add(hint);
    }
    if (found.files > LOOK_FILES || now() > until) {
      cut = true;
      break;
    }
  }
  if (takeout && config.anyway !== true) problems.push({ field: 'anyway', message: 'This is an unpacked Google Takeout. Bring it in with the source "Google Takeout": as a mere folder, what is locked or in the bin over there would come in openly, and albums and dates would be lost. If you want that, switch on "Also an unpacked Google Takeout".' });
  const cards = (await Promise.all(roots.map(cardOf))).filter(Boolean).length;
  const words = [
    cards ? `${cards === 1 ? 'A memory card' : `${cards} memory cards`}: ` : '', cut ? 'at least ' : '', `${count(found.photos, 'photo')} and ${count(found.videos, 'video')} in ${count(found.folders, 'folder')}.`,
    ...[...hints].map((h) => ` ${h}`),
  ].join('');
  const collection = `folder ${createHash('sha256').update(roots.map((r) => r.path).toSorted().join('\0')).digest('hex')}`;
  return { ok: problems.length === 0, ...(roots.length ? { collection, summary: (words[0]!.toUpperCase() + words.slice(1)).slice(0, MAX_SUMMARY) } : {}), problems: problems.slice(0, 100) };
}
