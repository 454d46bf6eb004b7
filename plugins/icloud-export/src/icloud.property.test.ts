import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceItem } from '@mantel/plugin-sdk';
import { memoryStore, testContext } from '@mantel/plugin-sdk/testing.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DetailRow, details, type Files, list, picture, write, zipOf } from '../fixtures/make.ts';
import icloud from './index.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
console.info(`seed ${seed} (SEED=${seed} runs the same again)`);

/** A photo of a library: in which part it lies, its number (names repeat over parts), its minute, its marks, its albums. */
const photo = fc.record({ part: fc.integer({ min: 0, max: 2 }), n: fc.integer({ min: 1, max: 30 }), minute: fc.integer({ min: 20_000_000, max: 29_000_000 }), favourite: fc.boolean(), hidden: fc.boolean(), deleted: fc.boolean(), listed: fc.boolean(), albums: fc.uniqueArray(fc.constantFrom('Trip', 'Ünï', 'a, "b"', 'Ferien 2020')) });
const library = fc.record({ photos: fc.uniqueArray(photo, { minLength: 1, maxLength: 25, selector: (p) => `${p.part}/${p.n}` }), albumsIn: fc.integer({ min: 0, max: 2 }), order: fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }), padded: fc.boolean(), words: fc.constantFrom(['iCloud Photos Part', 'of'], ['iCloud-bilder Del', 'av'], ['iCloud-Fotos Teil', 'von']) });

test('any library, any order of parts: dates, marks and albums end the same, and are those of the library', async () => {
  await fc.assert(fc.asyncProperty(library, async ({ photos, albumsIn, order, padded, words }) => {
    const dir = mkdtempSync(join(tmpdir(), 'mantel-icloud-'));
    try {
      const name = (n: number): string => `IMG_${String(n).padStart(4, '0')}.JPG`;
      const file = (part: number): string => `${words[0]} ${part + 1} ${words[1]} 3.zip`;
      for (const part of [0, 1, 2]) {
        const here = photos.filter((p) => p.part === part);
        const rows = here.filter((p) => p.listed).map((p): DetailRow => ({ name: name(p.n), at: p.minute * 60_000, favourite: p.favourite, hidden: p.hidden, deleted: p.deleted }));
        const files: Files = Object.fromEntries(here.map((p) => [`iCloud Photos/Photos/${name(p.n)}`, picture(`${part} ${p.n}`)]));
        files['iCloud Photos/Photos/Photo Details.csv'] = details(rows, padded);
        if (part === albumsIn) for (const album of new Set(photos.flatMap((p) => p.albums))) files[`iCloud Photos/Albums/${album.replaceAll('"', '_')}.csv`] = list('Images', photos.filter((p) => p.albums.includes(album)).map((p) => name(p.n)));
        write(dir, { [file(part)]: zipOf(files) });
      }
      const items = async (paths: string[], store = memoryStore()): Promise<SourceItem[]> => {
        const out: SourceItem[] = [];
        for await (const e of icloud.scan({ paths }, testContext({ store }))) if (e.type === 'item') out.push(e.item);
        return out;
      };
      const facts = (all: SourceItem[]): unknown => all.map((i) => [i.id, i.hints, i.albums.toSorted()]).toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1));
      const whole = await items([dir]);
      const store = memoryStore();
      let last: SourceItem[] = [];
      for (const part of order) last = await items([join(dir, file(part))], store);
      expect(facts(last)).toEqual(facts(whole));

      expect(whole).toHaveLength(photos.length);
      for (const p of photos) {
        const item = whole.find((i) => i.id === `${file(p.part)}/iCloud Photos/Photos/${name(p.n)}`)!;
        const alike = photos.filter((x) => x.n === p.n);
        if (p.listed) expect(item.hints).toEqual({ takenAt: p.minute * 60_000, takenAtMinute: true, ...(p.favourite ? { favourite: true } : {}), ...(p.hidden ? { archived: true } : {}), ...(p.deleted ? { trashed: true } : {}) });
        else expect(item.hints).toEqual({}); // never the row of another photo
        if (alike.length === 1) expect(item.albums.toSorted()).toEqual(p.albums.map((a) => `album:${a.replaceAll('"', '_').normalize('NFC').toLowerCase()}`).toSorted());
        else for (const a of item.albums) expect(alike.some((x) => x.albums.some((b) => `album:${b.replaceAll('"', '_').normalize('NFC').toLowerCase()}` === a))).toBe(true);
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }), { seed, numRuns: 40 });
}, 60_000);
