import { readFile, stat } from 'node:fs/promises';
import type { Exiftool } from '../exiftool.ts';
import { formatLocal, parseDate, parseOffset } from '../facts/dates.ts';
import type { FactsLog } from '../facts/exiftool.ts';
import type { NamedRegion } from '../facts/facts.ts';
import { asStruct, microsoftPeople, mwgPeople } from '../facts/regions.ts';
import { number, place, text } from '../facts/tags.ts';
import { type SidecarFacts, WEAK } from './fields.ts';
import { isNobody, readTags } from './tag-lists.ts';

export const MAX_SIDECAR = 5 * 1024 * 1024;
export const MAX_TITLE = 500;
export const MAX_DESCRIPTION = 10_000;
export const MAX_PEOPLE = 200;
const MAX_ELEMENTS = 60_000;
const MAX_DEPTH = 60; // exiftool's time grows with the square of it

/** How exiftool is asked. Everything as text: a tag `2.10` is no number, a title `True` no truth value. */
export const READ = ['-G1', '-struct', '-n', '-api', 'StructFormat=JSONQ'] as const;
/** `asset`: the id that Mantel wrote into it; `changedAt`: when its program says that it was changed (ms). */
export interface SidecarRead { facts: SidecarFacts; asset: string | null; changedAt: number | null }
export type SidecarReader = (path: string) => Promise<SidecarRead | null>;

const ASK = [
  'File:FileType', 'Warning', 'Error', 'XMP-exif:DateTimeOriginal', 'XMP-photoshop:DateCreated', 'XMP-xmp:CreateDate', 'XMP-xmp:ModifyDate', 'XMP-xmp:MetadataDate', 'XMP-exifEX:OffsetTimeOriginal',
  'XMP-exif:GPSLatitude', 'XMP-exif:GPSLongitude', 'XMP-exif:GPSAltitude', 'XMP-exif:GPSAltitudeRef', 'XMP-dc:Title', 'XMP-dc:Description', 'XMP-xmp:Rating', 'XMP-dc:Subject', 'XMP-lr:HierarchicalSubject', 'XMP-digiKam:TagsList',
  'XMP-mwg-rs:RegionInfo', 'XMP-MP:RegionInfoMP', 'XMP-iptcExt:PersonInImage', 'XMP-mantel:AssetId', 'XMP-mantel:DateSource',
].map((t) => `-${t}`);

/**
 * Reads a sidecar with exiftool (6 CPU ms). null for what is no XMP, is broken or half written, is larger than 5 MB, or is built to keep a reader busy: asking again says the same.
 * Throws when it could not be read this time (exiftool died, took too long or was closed; the disk): that says nothing about the file, so it must be asked again before anything is written over it.
 * exiftool opens no external entities and expands none; what defines some is refused all the same.
 */
export const createSidecarReader = (exiftool: Exiftool, log: FactsLog): SidecarReader => async (path) => {
  const odd = await refused(path);
  if (odd) {
    log.warn({ why: odd }, 'a sidecar was not read');
    return null;
  }
  const tool = await exiftool.tool();
  const t = (await tool.readRaw(path, { readArgs: [...READ, ...ASK], useMWG: false })) as Tags;
  const why = damage(t);
  if (why) {
    log.warn({ why }, 'a sidecar is damaged and was not read');
    return null;
  }
  return fromTags(t);
};

/** What exiftool says is wrong with it, of an answer that holds `File:FileType`, `Warning` and `Error`. */
export function damage(t: Tags): string | null {
  const trouble = [t['ExifTool:Error'], t['ExifTool:Warning']].flat().find((w) => typeof w === 'string' && /error|not a valid/i.test(w)) as string | undefined;
  return t['File:FileType'] !== 'XMP' ? (trouble ?? 'not XMP') : (trouble ?? null);
}
/** Why not even exiftool should look at it, for reading or for writing. */
export async function refused(path: string): Promise<string | null> {
  const { size } = await stat(path);
  if (size === 0 || size > MAX_SIDECAR) return size === 0 ? 'it is empty' : 'it is larger than 5 MB';
  return shapeTrouble(await readFile(path));
}
const [LT, GT, SLASH, BANG, ASK_SIGN, QUOTE, APOSTROPHE] = [0x3c, 0x3e, 0x2f, 0x21, 0x3f, 0x22, 0x27];
/** Counts and balances elements in one pass, before anything parses: half a file, and one that is built to keep a reader busy. Exported for its test. */
export function shapeTrouble(bytes: Buffer): string | null {
  const utf16 = bytes.indexOf(0) >= 0; // of those only the size is known: rare, and at most 5 MB
  if (utf16) return bytes.length > 512 * 1024 ? 'it is too large for UTF-16' : null;
  if (!bytes.includes('RDF')) return 'it is no XMP';
  let [elements, depth] = [0, 0];
  for (let at = bytes.indexOf(LT); at >= 0; ) {
    const next = bytes[at + 1] ?? 0;
    const over = next === BANG && bytes.toString('latin1', at, at + 4) === '<!--' ? '-->' : next === BANG && bytes.toString('latin1', at, at + 9) === '<![CDATA[' ? ']]>' : next === ASK_SIGN ? '?>' : null;
    if (over) {
      const end = bytes.indexOf(over, at + 2);
      if (end < 0) return 'it is not whole';
      at = bytes.indexOf(LT, end);
      continue;
    }
    if (next === BANG) return 'it brings a document type of its own'; // where entities would be defined; no program writes one into a sidecar
    const following = bytes.indexOf(LT, at + 1);
    if (++elements > MAX_ELEMENTS) return 'it has too many elements';
    const end = tagEnd(bytes, at, following < 0 ? bytes.length : following);
    if (end < 0) return 'it is not whole';
    if (next === SLASH) depth--;
    else if (bytes[end - 1] !== SLASH) depth++;
    if (depth > MAX_DEPTH) return 'it is nested too deeply';
    at = following;
  }
  return depth === 0 && elements > 0 ? null : 'it is not whole';
}
/** Where a tag ends: a > inside of a value does not end it. */
function tagEnd(bytes: Buffer, from: number, to: number): number {
  let quote = 0;
  for (let i = from; i < to; i++) {
    const c = bytes[i]!;
    if (quote) quote = c === quote ? 0 : quote;
    else if (c === QUOTE || c === APOSTROPHE) quote = c;
    else if (c === GT) return i;
  }
  return -1;
}

type Tags = Record<string, unknown>;
const list = (value: unknown): unknown[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
const has = (t: Tags, ...names: string[]): boolean => names.some((n) => t[n] !== undefined);

function fromTags(t: Tags): SidecarRead {
  const facts: SidecarFacts = {};
  readDate(t, facts);
  const gps = place(t['XMP-exif:GPSLatitude'], t['XMP-exif:GPSLongitude']);
  if (gps) {
    const metres = number(t['XMP-exif:GPSAltitude'], -12_000, 100_000);
    facts.gps = { ...gps, altitude: metres === null ? null : Number(t['XMP-exif:GPSAltitudeRef'] ?? 0) === 1 ? -Math.abs(metres) : metres };
  }
  const rating = number(t['XMP-xmp:Rating'], -1, 5);
  if (rating !== null) facts.rating = Math.round(rating);
  if (has(t, 'XMP-dc:Title')) facts.title = text(words(t['XMP-dc:Title']), MAX_TITLE);
  if (has(t, 'XMP-dc:Description')) facts.description = text(words(t['XMP-dc:Description']), MAX_DESCRIPTION);
  const said = readTags(t);
  if (said) Object.assign(facts, { tags: said.tags, tagLists: said.tagLists });
  const people = readPeople(t, said?.named ?? []);
  if (people.length || has(t, 'XMP-mwg-rs:RegionInfo', 'XMP-iptcExt:PersonInImage', 'XMP-MP:RegionInfoMP')) facts.people = people;
  facts.measured = measuredOn(t['XMP-mwg-rs:RegionInfo']);
  const stamps = [t['XMP-xmp:MetadataDate'], t['XMP-xmp:ModifyDate']].map(instant).filter((n) => n !== null);
  return { facts, asset: text(t['XMP-mantel:AssetId'], 36), changedAt: stamps.length ? Math.max(...stamps) : null };
}
/** A text in several languages comes as an object. */
const words = (value: unknown): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value)[0] : value);

function readDate(t: Tags, facts: SidecarFacts): void {
  const found = (['XMP-exif:DateTimeOriginal', 'XMP-photoshop:DateCreated', 'XMP-xmp:CreateDate'] as const).map((name, i) => ({ date: parseDate(t[name]), weak: i === 2 })).filter((d) => d.date !== null);
  const best = found.find((d) => !d.weak && d.date!.hasTime) ?? found[0];
  if (!best) return;
  const { wall, zone, hasTime } = best.date!;
  facts.takenAtLocal = formatLocal(wall);
  const offset = zone === 'Z' ? 0 : (zone ?? parseOffset(t['XMP-exifEX:OffsetTimeOriginal']));
  if (offset !== null) facts.offsetMinutes = offset;
  const guess = WEAK.find((source) => source === t['XMP-mantel:DateSource']);
  if (guess) facts.guessedFrom = guess;
  if (best.weak || !hasTime || guess) facts.weakDate = true;
}
function instant(value: unknown): number | null {
  const date = parseDate(value);
  return date && date.wall - (typeof date.zone === 'number' ? date.zone : 0) * 60_000;
}

interface Mwg { AppliedToDimensions?: { W?: unknown; H?: unknown; Unit?: unknown }; RegionList?: unknown }
interface MwgRegion { Name?: unknown; Type?: unknown; Area?: { X?: unknown; Y?: unknown; W?: unknown; H?: unknown; Unit?: unknown } }
const measuredOn = (info: unknown): SidecarFacts['measured'] => {
  const { W, H } = (info as Mwg | undefined)?.AppliedToDimensions ?? {};
  const [width, height] = [number(W, 1, 1e6), number(H, 1, 1e6)];
  return width && height ? { width, height } : null;
};
/** A face of somebody with a name: what we read as a person, and what we replace when we write. */
export const isFace = (r: MwgRegion): boolean => text(words(r.Name), 200) !== null && /^face$/i.test(String(r.Type ?? 'Face').trim());
export const regionsOf = (info: unknown): MwgRegion[] => list((info as Mwg | undefined)?.RegionList) as MwgRegion[];

function readPeople(t: Tags, named: string[]): NamedRegion[] {
  const people = new Map<string, NamedRegion>();
  const add = (name: string | null, region: NamedRegion['region']): void => {
    if (name === null || isNobody(name) || people.size >= MAX_PEOPLE) return;
    const key = name.normalize('NFC').toLocaleLowerCase();
    if (!people.get(key)?.region) people.set(key, { name, region });
  };
  const [mwg, microsoft] = [asStruct(t['XMP-mwg-rs:RegionInfo']), asStruct(t['XMP-MP:RegionInfoMP'])];
  const regions = [...(typeof mwg === 'object' ? mwgPeople(mwg) : []), ...(typeof microsoft === 'object' ? microsoftPeople(microsoft) : [])];
  for (const { name, region } of regions) add(text(name, 200), region);
  for (const name of [...list(t['XMP-iptcExt:PersonInImage']), ...named]) add(text(words(name), 200), null);
  return [...people.values()];
}
