// Exports by chance: names, counters, cuts, pairs, albums and parts in every combination that Google's rules allow, with what must come of them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Era, Locale } from './locales.ts';
import type { ExpectedSet } from './score.ts';

// the generator is plain JavaScript
type Loose = any;
const GENERATOR = new URL('../../fixtures/generator/', import.meta.url).href;
const L: Loose = await import(`${GENERATOR}lib.mjs`);
const { photo }: Loose = await import(`${GENERATOR}kit.mjs`);

export interface RandomExport { expected: ExpectedSet; parts: string[]; note: string; /** The whole export is needed to tell some apart. */ twins: boolean }
export interface Wish { seed: number; locale: Locale; era: Era; items?: number; tgz?: boolean }

/** The same numbers for the same seed, each 0 to 1. */
export function dice(seed: number): () => number {
  let x = (seed * 2_654_435_761) >>> 0 || 1;
  return () => { x ^= x << 13; x >>>= 0; x ^= x >>> 17; x ^= x << 5; x >>>= 0; return x / 4_294_967_296; };
}

const WORDS = ['IMG', 'holiday', 'Été à la plage', '家族旅行', 'Bergtour', 'день рождения', 'scan', 'DSC', 'WhatsApp Image', 'a & b', 'what?', '50% off', 'Zoë – 7', '😀 party', 'x'];
const PARTS = 3;

export function makeRandom(dir: string, { seed, locale, era, items = 60, tgz = false }: Wish): RandomExport {
  const next = dice(seed);
  const int = (n: number): number => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[int(list.length)]!;
  const chance = (p: number): boolean => next() < p;
  const ext = tgz ? 'tgz' : 'zip';
  const s: Loose = new L.Scenario({ name: `r${seed}${locale.code}${era}`, root: `Takeout/${locale.root}`, lang: locale.code, parts: Array.from({ length: PARTS }, (_, i) => `takeout-20250921T101500Z-3-00${i + 1}.${ext}`) });
  const style = era === '2024' ? 'new' : 'old';
  const yearOf = (taken: number): string => locale.year.replace('#', String(new Date(taken * 1000).getUTCFullYear()));

  const albums: string[] = [];
  const meta = (title: string, more: object = {}): object => (era === '2017' ? { albumData: { title, description: '', access: 'protected', date: L.ts(1.5e9), ...more } } : { title, description: '', access: 'protected', date: L.ts(1.5e9), ...more });
  for (let i = 0; i < 5; i++) {
    const title = `${pick(WORDS)} ${seed} ${i} ${chance(0.3) ? 'and a very long name that goes on and on and on for ever' : ''}`.trim();
    albums.push(s.album(L.sanitize(title).slice(0, 50).trim(), { title, part: int(PARTS), file: locale.albumJson, json: meta(title) }));
  }
  const untitled = s.album(`${locale.untitled}(1)`, { json: era === '2017' ? { albumData: { title: '' } } : { title: '' }, part: int(PARTS), file: locale.albumJson, expectTitle: null });

  // what Google has given away in each folder
  const names = new Set<string>();
  const free = (folder: string, make: (n: number) => string): number => { let n = 0; while (names.has(`${folder}/${make(n)}`)) n++; names.add(`${folder}/${make(n)}`); return n; };
  const years = new Set<string>();
  const start = Date.UTC(1995, 0, 1) / 1000;
  let clock = start;
  let twins = false;
  for (let i = 0; i < items; i++) {
    clock += 3600 + int(16_000_000);
    const taken = clock;
    const folder = yearOf(taken);
    const long = chance(0.3);
    const kindOf = next();
    const tail = long ? `${'long name that will be cut somewhere '.repeat(2).slice(0, 20 + int(40))}` : '';
    // clips and stills share a name: what moves has one of its own
    const moves = kindOf < 0.2 || (kindOf >= 0.28 && kindOf < 0.36);
    const stem = moves ? `IMG_${seed % 100}${String(i).padStart(4, '0')}` : chance(0.25) ? `same${int(2)}` : chance(0.15) && i > 0 ? `a prefix that many have in common and that is long ${i}` : `${pick(WORDS)}${seed}_${i}${tail}${chance(0.1) ? '(1)' : ''}`;
    const heic = kindOf < 0.2;
    const video = kindOf >= 0.2 && kindOf < 0.28;
    // one at a time, names that are cut to the same in two spellings cannot be told apart
    const ending = pick(['.jpg', '.JPG', '.jpg']);
    const title = `${stem}${heic ? '.HEIC' : video ? '.mp4' : ending}`;
    if (stem.startsWith('a prefix') && (video || ending === '.JPG')) twins = true;
    const part = int(PARTS);
    const special = next() < 0.08 ? pick(['archive', 'trash'] as const) : null;
    const home = special ? locale[special] : folder;
    if (!special) years.add(`${part}\0${folder}`);
    const place = (where: string): { mediaName: string; jsonName: string } => {
      const media = free(where, (n) => L.mediaName(title, n));
      const json = free(where, (n) => L.jsonName(title, n, style));
      return { mediaName: L.mediaName(title, media), jsonName: L.jsonName(title, json, style) };
    };
    const own = place(home);
    const parts: Loose = {};
        if (moves) {
      const clip = `${own.mediaName.replace(/\.[^.]+$/, '')}.${heic ? 'MP4' : 'MOV'}`;
      names.add(`${home}/${clip}`);
      parts.live = { name: clip, kind: heic ? 'mp4' : 'mov', part: chance(0.3) ? int(PARTS) : part };
    }
    if (!video && !parts.live && chance(0.2)) {
      const cut = L.editedName(title, locale.edited);
      const unique = !names.has(`${home}/${cut}`) && cut.includes('-', Math.max(0, L.splitExt(L.sanitize(title))[0].length - 1)) && own.mediaName === L.mediaName(title);
      if (unique) {
        names.add(`${home}/${cut}`);
        parts.edited = [{ name: cut }];
      }
    }
    const inAlbums: Loose[] = [];
    if (!parts.edited) for (const a of chance(0.3) ? [pick(albums)] : chance(0.05) ? [untitled] : []) {
      const there = parts.live ? own : place(a);
      if (parts.live && names.has(`${a}/${own.mediaName}`)) continue;
      inAlbums.push({ folder: a, part: int(PARTS), ...there, media: !chance(0.15), ...(chance(0.2) ? { jsonPart: int(PARTS) } : {}) });
    }
    photo(s, {
      title, taken, folder: home, part, jsonPart: chance(0.3) ? int(PARTS) : part, kind: heic ? 'heic' : video ? 'mp4' : 'jpg', base: i, exif: chance(0.5) ? {} : false, style, ...own, ...parts, albums: inAlbums,
      ...(chance(0.5) ? { gps: [Math.round(next() * 100) - 50, chance(0.1) ? 0 : Math.round(next() * 100) + 0.5] } : {}), level: 'must',
      meta: { favorite: chance(0.2), description: chance(0.2) ? `Note ${i} – „äöü“ 😀` : '', people: chance(0.2) ? ['Ana', 'Tom Ó'] : undefined, archived: special === 'archive', trashed: special === 'trash', partner: chance(0.05) },
    });
  }
  // a dozen whose names are cut to the same
  for (let k = 0; k < 11; k++) {
    const title = `${'eleven names that are all the same up to the forty-'.slice(0, 47)} number ${k}.jpg`;
    const taken = start + 999 + k;
    const folder = yearOf(taken);
    const media = free(folder, (n) => L.mediaName(title, n));
    const json = free(folder, (n) => L.jsonName(title, n, style));
    photo(s, { title, taken, folder, part: int(PARTS), jsonPart: int(PARTS), style, base: k, mediaName: L.mediaName(title, media), jsonName: L.jsonName(title, json, style), rules: ['R79'] });
  }
  if (era === '2017') for (const y of [...new Set([...years].map((x) => x.split('\0')[1]!))]) if (chance(0.6)) s.ignored.push(s.put(int(PARTS), `${y}/${locale.albumJson}`, Buffer.from(JSON.stringify({ albumData: { title: y, description: '', access: '', date: { timestamp: '0', formatted: '' } } }))));
  rmSync(dir, { recursive: true, force: true });
  const { exp }: { exp: ExpectedSet } = s.write(dir);
  return { expected: exp, parts: exp.archives.map((a) => join(dir, a)), note: `seed ${seed}, ${locale.code}, ${era}, ${ext}`, twins };
}
