/**
 * How well do we read what photos say about themselves? Compares `mantel assets export` with a manifest of exiftool's readings, file by file (by sha256).
 *
 *   scripts/mantel assets export >export.ndjson
 *   scripts/facts-score --manifest /path/MANIFEST.json --export export.ndjson [--formats jpeg,png,webp,heic,mp4]
 *
 * Which facts apply to a file:
 * - `date`: the first that is a real date of DateTimeOriginal, CreateDate, CreationDate (videos: CreationDate first, it has the zone). exiftool shows fields
 *   that were never set as zeros, blanks, month 13 or QuickTime's 1904: those are no dates. Wall clock to the second; the instant where a zone is known.
 *   QuickTime's CreateDate is UTC by definition, so there the instant counts. A fraction of a second does not count.
 * - `offset`: when the manifest has a zone for this date: OffsetTimeOriginal, OffsetTime, or the zone in the date itself.
 *   The `+00:00` of QuickTime dates is how exiftool writes UTC and says nothing about where it was filmed.
 * - `place`: when exiftool read latitude and longitude; 0.00001 degrees. · `size`: as displayed: stored size, turned by Orientation 5 to 8, in HEIC and MP4 by
 *   the container's Rotation (there EXIF Orientation is not to be applied). · `make`, `model` (trimmed), `rating`.
 * - The manifest's notes are facts too: "no date" and a file whose every date field is no date must not get one; "no place" must have none; "offset must be ignored".
 * A fact that exiftool does not have does not count, not even when we have it. A file that is missing from the export misses all its facts, the broken ones included.
 * Exit code 1 under 98 %.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';

export type Reading = Pick<ExportLine, 'takenAt' | 'takenAtLocal' | 'takenAtSource' | 'offset' | 'gps' | 'width' | 'height' | 'make' | 'model' | 'rating'>;
export interface ManifestFile { file: string; sha256: string; note?: string; expected: Record<string, unknown> }
export interface Fact { file: string; fact: string; expected: string; found: string; ok: boolean }
export const FORMATS = ['jpeg', 'png', 'webp', 'heic', 'mp4'] as const;
const MIME: Record<string, string> = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/apng': 'png', 'image/webp': 'webp', 'image/heic': 'heic', 'image/heif': 'heic', 'video/mp4': 'mp4' };
export const formatOf = (f: ManifestFile): string | null => MIME[String(f.expected.MIMEType)] ?? null;

interface When { local: string; zone: string | null; utcOnly: boolean }
function when(text: unknown, quicktime: boolean): When | null {
  const m = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?/.exec(String(text ?? ''));
  if (!m || m[1] === '0000' || (quicktime && /^(1904|1970):01:01/.test(m[0]))) return null;
  const local = `${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}`;
  const t = Date.parse(`${local}Z`);
  return Number.isNaN(t) || new Date(t).toISOString().slice(0, 19) !== local ? null : { local, zone: m[7] === 'Z' ? '+00:00' : (m[7] ?? null), utcOnly: false };
}
const validZone = (z: unknown): string | null => (typeof z === 'string' && /^[+-](0\d|1[0-4]):[0-5]\d$/.test(z) ? z : null);

function expectedDate(e: Record<string, unknown>, video: boolean): { when: When | null; written: boolean } {
  const names = video ? ['CreationDate', 'DateTimeOriginal', 'CreateDate'] : ['DateTimeOriginal', 'CreateDate', 'CreationDate'];
  for (const name of names) {
    const w = when(e[name], video);
    if (!w) continue;
    if (video && name === 'CreateDate') return { when: { ...w, zone: null, utcOnly: true }, written: true };
    const zone = validZone(e.OffsetTimeOriginal) ?? validZone(e.OffsetTime) ?? w.zone;
    return { when: { ...w, zone }, written: true };
  }
  return { when: null, written: names.some((n) => e[n] !== undefined) };
}

/** All facts of one file, each right or wrong. `found` null: the export does not have the file. */
export function judge(f: ManifestFile, found: Reading | null): Fact[] {
  const e = f.expected;
  const video = String(e.MIMEType).startsWith('video/');
  const facts: Fact[] = [];
  const add = (fact: string, expected: unknown, got: unknown, ok: boolean): void => { facts.push({ file: f.file, fact, expected: String(expected), found: found ? String(got) : 'not in the export', ok: found !== null && ok }); };
  const date = expectedDate(e, video);
  const none = found?.takenAtSource === 'file' || found?.takenAtSource === 'upload';
  if (date.when) {
    const { local, zone, utcOnly } = date.when;
    const instant = Date.parse(local + (zone ?? 'Z'));
    const same = Math.abs(Date.parse(found?.takenAt ?? '') - instant) < 1000;
    add('date', local + (zone ?? (utcOnly ? 'Z' : '')), `${found?.takenAtLocal}${found?.offset ?? ''} (${found?.takenAt}, ${found?.takenAtSource})`, !none && same && (utcOnly || found?.takenAtLocal === local));
    if (zone && !utcOnly) add('offset', zone, found?.offset, found?.offset === zone);
  } else if (date.written || f.note === 'no date') add('date', 'none', `${found?.takenAtLocal} (${found?.takenAtSource})`, none);
  if (f.note === 'offset must be ignored') add('offset', 'none', found?.offset, found?.offset === null);
  const [lat, lon] = [e.GPSLatitude, e.GPSLongitude];
  if (f.note !== undefined && /no (valid )?place/.test(f.note)) add('place', 'none', found?.gps, found?.gps === null);
  else if (typeof lat === 'number' && typeof lon === 'number') add('place', `${lat},${lon}`, found?.gps, !!found?.gps && Math.abs(found.gps[0] - lat) < 1e-5 && Math.abs(found.gps[1] - lon) < 1e-5);
  if (typeof e.ImageWidth === 'number' && typeof e.ImageHeight === 'number') {
    const turned = video || formatOf(f) === 'heic' ? [90, 270].includes(Number(e.Rotation ?? 0)) : Number(e.Orientation ?? 0) >= 5;
    const [w, h] = turned ? [e.ImageHeight, e.ImageWidth] : [e.ImageWidth, e.ImageHeight];
    add('size', `${w}x${h}`, `${found?.width}x${found?.height}`, found?.width === w && found.height === h);
  }
  for (const [fact, tag] of [['make', 'Make'], ['model', 'Model']] as const) {
    const text = String(e[tag] ?? '').trim();
    if (text !== '') add(fact, text, found?.[fact], found?.[fact] === text);
  }
  if (typeof e.Rating === 'number') add('rating', e.Rating, found?.rating, found?.rating === e.Rating);
  return facts;
}

export function report(facts: readonly Fact[]): { text: string; share: number } {
  const lines = ['date', 'offset', 'place', 'size', 'make', 'model', 'rating'].map((name) => {
    const of = facts.filter((f) => f.fact === name);
    return `${name.padEnd(7)} ${of.filter((f) => f.ok).length} of ${of.length}`;
  });
  const good = facts.filter((f) => f.ok).length;
  const share = facts.length === 0 ? 0 : good / facts.length;
  const misses = facts.filter((f) => !f.ok).map((f) => `miss    ${f.file}: ${f.fact}: expected ${f.expected}, found ${f.found}`);
  return { text: [...lines, ...misses, `score   ${good} of ${facts.length} = ${(share * 100).toFixed(1)} %`].join('\n'), share };
}

function main(): void {
  const { values } = parseArgs({ options: { manifest: { type: 'string' }, export: { type: 'string' }, formats: { type: 'string', default: FORMATS.join(',') } } });
  if (!values.manifest || !values.export) throw new Error('Say --manifest FILE and --export FILE.');
  const formats = new Set(values.formats.split(','));
  const { files } = JSON.parse(readFileSync(values.manifest, 'utf8')) as { files: ManifestFile[] };
  const found = new Map(readFileSync(values.export, 'utf8').split('\n').filter((l) => l.trim() !== '').map((l): [string, ExportLine] => { const line = JSON.parse(l) as ExportLine; return [line.sha256, line]; }));
  const result = report(files.filter((f) => formats.has(formatOf(f) ?? '')).flatMap((f) => judge(f, found.get(f.sha256) ?? null)));
  console.log(result.text);
  process.exitCode = result.share >= 0.98 ? 0 : 1;
}
if (import.meta.main ?? process.argv[1]?.endsWith('facts-score.ts')) main();
