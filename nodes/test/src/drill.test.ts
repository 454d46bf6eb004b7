// Twenty years on: the database and the program are gone. What does the folder tell, to somebody who has find and exiftool?
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import { sidecarDue } from '@mantel/coordinator/services/sidecars/sidecars.repository.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isMedia } from './eval/facts.ts';
import { MEDIA, readManifest } from './eval/manifest.ts';
import { perlExiftool } from './eval/programs.ts';
import { must, startRig, uploaded, type Person, type Rig } from './rig.ts';

const SCRIPT = path.join(import.meta.dirname, 'eval/twenty-years.sh');
const KINDS = new Set(['jpeg', 'dates', 'gps', 'tags', 'people', 'names', 'heic', 'avif', 'raw', 'tiff', 'orientation', 'video', 'colour', 'live-photo', 'motion-photo', 'groups']);
const TEXTS = ['Oma & Opa <am Meer>', 'Zeile eins\nZeile zwei', 'Straße, "Café" — 日本 😀', "O'Hara's house; $HOME `pwd`", 'plain words'];
const ALBUMS = ['Summer at the sea', 'Ömas Küche & Garten', 'Grandpa "Joe", 1987'];

let rig: Rig;
let ann: Person;
beforeAll(async () => {
  rig = await startRig({ workers: 1 });
  await rig.spawnWorker(0);
  ann = await rig.admin();
});
afterAll(() => rig.stop());

async function fill(): Promise<string[]> {
  const ids: string[] = [];
  for (const f of readManifest(MEDIA).filter((m) => isMedia(m) && KINDS.has(m.kind ?? ''))) {
    const a = await rig.upload(ann.token, readFileSync(path.join(MEDIA, f.file)), path.basename(f.file), f.folder ? { folder: f.folder } : {});
    ids.push(uploaded(a.status === 200 ? a : must(a, 201)).assetId);
  }
  return [...new Set(ids)];
}

/** What a family does over the years: every second photo gets words, every third another date, some tags and stars. */
async function edit(ids: string[]): Promise<void> {
  for (const [i, id] of ids.entries()) {
    const change = {
      ...(i % 2 ? {} : { description: `${TEXTS[i % TEXTS.length]} ${i}` }), ...(i % 3 ? {} : { takenAtLocal: `19${String(70 + (i % 30))}-07-${String(1 + (i % 28)).padStart(2, '0')}T08:09:10`, offset: i % 2 ? '-03:30' : null }),
      ...(i % 5 ? {} : { tags: ['Family/Grandma', `tag ${i}`], rating: i % 6 }),
    };
    if (Object.keys(change).length > 0) must(await rig.api('PATCH', `/assets/${id}`, change, { token: ann.token }), 200);
  }
}

async function albums(ids: string[]): Promise<void> {
  await rig.coordinator.db.writeSql((sql) => {
    const user = sql.get<{ id: number }>('select id from user where uuid = ?', ann.id)!.id;
    const now = Date.now();
    for (const [n, name] of ALBUMS.entries()) {
      sql.run('insert into album(uuid, name, owner_id, created_at, updated_at) values(?, ?, ?, ?, ?)', crypto.randomUUID(), name, user, now, now);
      const album = sql.get<{ id: number }>('select id from album where name = ?', name)!.id;
      for (const [i, uuid] of ids.entries()) {
        if (i % (n + 2) !== 0) continue;
        const asset = sql.get<{ id: number; ord: number }>('select id, ord from asset where uuid = ?', uuid);
        if (!asset) continue;
        sql.run('insert into album_asset(album_id, ord, asset_id, added_by, added_at) values(?, ?, ?, ?, ?)', album, asset.ord, asset.id, user, now);
        sidecarDue(sql, asset.id);
      }
    }
  });
}

interface Told { SourceFile: string; DateTimeOriginal?: string; Albums?: { Name: unknown }[]; PersonInImage?: unknown; Description?: unknown }
const texts = (v: unknown): string[] => (v === undefined ? [] : Array.isArray(v) ? v : [v]).map(String).toSorted();
/** Wall clock and zone, in the words of the export. */
const wall = (date: string | undefined): string => (date ?? '').replace(/^(\d{4}):(\d\d):(\d\d) /, '$1-$2-$3T').replace(/Z$/, '+00:00').replace(/\.\d+/, '');

test('the lines in the README are those that were tried', () => {
  const lines = readFileSync(SCRIPT, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(10);
  expect(readFileSync(path.join(import.meta.dirname, '../../../README.md'), 'utf8')).toContain(lines.join('\n'));
});

test('find and exiftool tell dates, albums, people and descriptions of a library whose program is gone', async () => {
  const ids = await fill();
  await edit(ids);
  await albums(ids);
  await vi.waitFor(() => {
    const due = rig.coordinator.db.sql.all<{ path: string }>(`select path from sidecar where state <> 'written'`);
    expect(due).toEqual([]);
    expect(rig.coordinator.db.sql.get<{ n: number }>('select count(*) n from sidecar')!.n).toBeGreaterThan(50);
  }, { timeout: 80_000, interval: 250 });
  const exported = (await rig.api('GET', '/assets/export', undefined, { token: ann.token })).bytes.toString().split('\n').filter((l) => l !== '').map((l) => JSON.parse(l) as ExportLine);
  expect(exported.some((l) => l.people.length > 0)).toBe(true);
  expect(exported.some((l) => l.albums.length > 1)).toBe(true);

  await rig.stopCoordinator();
  rmSync(rig.state, { recursive: true });
  const attic = path.join(rig.dir, 'attic');
  renameSync(path.join(rig.data, 'library'), attic);
  rmSync(rig.data, { recursive: true });
  const bin = path.join(rig.dir, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'exiftool'), `#!/bin/sh\nexec perl '${perlExiftool()}' "$@"\n`);
  chmodSync(path.join(bin, 'exiftool'), 0o755);
  const told = JSON.parse(execFileSync(SCRIPT, [attic], { env: { PATH: `${bin}:/usr/bin:/bin`, HOME: bin, LANG: 'C.UTF-8', TZ: 'UTC' }, maxBuffer: 16 << 20, stdio: ['ignore', 'pipe', 'ignore'] }).toString()) as Told[];

  const byPath = new Map(told.map((t) => [path.posix.join('library', t.SourceFile).replace(/\.xmp$/, ''), t]));
  const wrong: string[] = [];
  let right = 0;
  for (const line of exported) {
    const t = byPath.get(line.path);
    for (const [what, expected, found] of [
      ['date', line.takenAtLocal + (line.offset ?? ''), wall(t?.DateTimeOriginal)], ['albums', texts(line.albums), texts(t?.Albums?.map((a) => a.Name))],
      ['people', texts(line.people), texts(t?.PersonInImage)], ['description', line.description ?? '', String(t?.Description ?? '')],
    ] as const) {
      if (t && JSON.stringify(expected) === JSON.stringify(found)) right++;
      else wrong.push(`${line.path}: ${what}: ${JSON.stringify(expected)}, told ${JSON.stringify(found)}`);
    }
  }
  console.log(`${exported.length} photos, ${right} of ${right + wrong.length} facts told without Mantel (${((right / (right + wrong.length)) * 100).toFixed(1)} %)`);
  expect(right / (right + wrong.length), wrong.join('\n')).toBeGreaterThanOrEqual(0.99);
  expect(right + wrong.length).toBeGreaterThan(200);
}, 120_000);
