// Exports of Google Photos for whole-system tests: made by the plugin's own generator, scored by its own scorer.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import type { Album } from '@mantel/contracts/models/album.ts';
import { ROOT } from '@mantel/runtime/build.ts';

const GENERATOR = join(ROOT, 'plugins/google-takeout/fixtures/generator');
export interface TakeoutSet { dir: string; parts: string[]; ignored: string[]; problems: { kind: string; path: string }[]; embedded: Set<string> }

export function readSet(dir: string): TakeoutSet {
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as { archives: string[]; ignored: string[]; problems: TakeoutSet['problems']; assets: { embeddedVideo?: boolean; sha256: string[] }[] };
  return { dir, parts: expected.archives.map((a) => join(dir, a)), ignored: expected.ignored, problems: expected.problems, embedded: new Set(expected.assets.filter((a) => a.embeddedVideo).flatMap((a) => a.sha256)) };
}
export function makeSet(dir: string): TakeoutSet {
  execFileSync(process.execPath, [join(GENERATOR, 'scenario-shareable.mjs'), dir]);
  return readSet(dir);
}

/** A photo and a video of one name whose sidecars lie in two parts. */
export function makeLateSidecar(dir: string): string[] {
  const lib = JSON.stringify(`file://${GENERATOR}/lib.mjs`);
  execFileSync(process.execPath, ['--input-type=module', '-e', `
    import * as L from ${lib};
    const s = new L.Scenario({ name: 'late', parts: ['takeout-20250922T101500Z-001.zip', 'takeout-20250922T101500Z-002.zip'] });
    const at = (t) => Date.parse(t) / 1000;
    const side = (title, taken) => L.sidecar({ title, taken, url: L.photoUrl(title) });
    const year = 'Photos from 2023/';
    s.put(0, year + 'IMG_1.jpg', L.jpeg(1, { uid: 'late' }));
    s.put(0, year + 'IMG_1.mp4', L.mp4(1, 'late'));
    s.put(0, year + 'IMG_1.jpg.supplemental-metadata.json', side('IMG_1.jpg', at('2023-05-05T10:00:00Z')));
    s.put(1, year + 'IMG_1.mp4.supplemental-metadata.json', side('IMG_1.mp4', at('2023-11-05T10:00:00Z')));
    s.write(${JSON.stringify(dir)});`]);
  return readSet(dir).parts;
}

/** What the scorer says against what a library exports: nothing, when all is as it should be. */
export function score(set: TakeoutSet, lines: readonly ExportLine[], albums: readonly Album[]): string {
  const assets = lines.map((l) => ({
    sha256: l.sha256, path: l.path, originalName: l.originalName, takenAt: l.takenAt, takenAtLocal: l.takenAtLocal, offset: l.offset, gps: l.gps, description: l.description ?? '', favorite: l.favorite, archived: l.archived, trashed: l.trashed, locked: l.locked, partner: l.partner,
    people: l.people, albums: l.albums, mime: l.mime, liveSha256: l.live?.sha256 ?? (l.embeddedVideo ? 'inside' : null), editedSha256: l.edited.map((e) => e.sha256),
  }));
  const actual = join(set.dir, `actual-${process.pid}.json`);
  writeFileSync(actual, JSON.stringify({ assets, albums: albums.map((a) => ({ title: a.name, count: a.assets })) }));
  const r = spawnSync(process.execPath, [join(GENERATOR, 'score.mjs'), join(set.dir, 'expected.json'), actual], { encoding: 'utf8' });
  const out = r.stdout.trim().split('\n');
  const { must, should } = JSON.parse(out.at(-1)!) as { must: string; should: string };
  const whole = (share: string): boolean => share.split('/')[0] === share.split('/')[1];
  return r.status === 0 && out.length === 1 && whole(must) && whole(should) ? '' : r.stdout + r.stderr;
}
