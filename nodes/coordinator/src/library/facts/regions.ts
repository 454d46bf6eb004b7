import type { Region } from '@mantel/contracts/models/asset.ts';
import type { NamedRegion } from './facts.ts';
import { number, text } from './tags.ts';
import type { Struct } from './xmp.ts';

/** A named face as it was written. `applied`: the size of the picture that the writer looked at. */
export interface RawPerson { name: unknown; region: Region | null; applied: { w: number; h: number } | null }
const MAX_PEOPLE = 200;

const child = (s: Struct | string | undefined, ...path: string[]): Struct | string | undefined => path.reduce<Struct | string | undefined>((at, field) => (typeof at === 'object' ? at[field] : undefined), s);
const list = (s: Struct | string | undefined): (Struct | string)[] => (typeof s === 'object' ? Object.values(s) : []).slice(0, MAX_PEOPLE);

/** Metadata Working Group: the centre and the size of named areas; only faces (pets, focus points and bar codes are none). */
export function mwgPeople(regions: Struct): RawPerson[] {
  const dims = child(regions, 'appliedtodimensions');
  const [aw, ah] = [number(child(dims, 'w'), 1, 1e6), number(child(dims, 'h'), 1, 1e6)];
  const applied = aw !== null && ah !== null ? { w: aw, h: ah } : null;
  return list(child(regions, 'regionlist')).filter((r) => /^face$/i.test(String(child(r, 'type') ?? 'Face').trim())).map((r) => {
    const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((side) => number(child(r, 'area', side), 0, 1e6));
    const pixels = String(child(r, 'area', 'unit') ?? '').startsWith('pixel') && applied !== null;
    const [sx, sy] = pixels ? [applied.w, applied.h] : [1, 1];
    const whole = x != null && y != null && w != null && h != null;
    return { name: child(r, 'name'), applied, region: whole ? { x: (x - w / 2) / sx, y: (y - h / 2) / sy, w: w / sx, h: h / sy } : null };
  });
}

/** Windows Photo Gallery: left, top, width and height as fractions. */
export const microsoftPeople = (info: Struct): RawPerson[] => list(child(info, 'regions')).map((r) => {
  const [x, y, w, h] = String(child(r, 'rectangle') ?? '').split(',').map((side) => number(side, -1, 2));
  return { name: child(r, 'persondisplayname'), applied: null, region: x != null && y != null && w != null && h != null ? { x, y, w, h } : null };
});

/** What exiftool gives for a structure (`-struct`), in the same form as that of the fast reader. */
export function asStruct(value: unknown, depth = 0): Struct | string {
  if (typeof value !== 'object' || value === null || depth > 6) return String(value ?? '');
  const out = Object.create(null) as Struct;
  for (const [key, field] of Object.entries(value).slice(0, 500)) out[key.toLowerCase()] = asStruct(field, depth + 1);
  return out;
}

/**
 * Who is in the picture, each name once, regions as fractions of the picture as displayed. Lightroom, digiKam, Picasa and phones give areas of the
 * picture as stored, before it is turned upright; where `applied` has the sides of the upright picture instead, the writer had turned it already.
 * `names`: people without a place (`PersonInImage`).
 */
export function peopleOf(raw: readonly RawPerson[], names: readonly unknown[], orientation: number | null, displayed: { width: number; height: number } | null): NamedRegion[] {
  const out = new Map<string, NamedRegion>();
  for (const person of [...raw, ...names.map((name): RawPerson => ({ name, region: null, applied: null }))]) {
    const name = text(person.name, 200)?.normalize('NFC');
    if (!name || out.size === MAX_PEOPLE) continue;
    const key = name.toLocaleLowerCase('en');
    const region = person.region && inside(turnedAlready(person.applied, displayed, orientation ?? 1) ? person.region : turn(person.region, orientation ?? 1));
    const known = out.get(key);
    if (!known) out.set(key, { name, region });
    else known.region ??= region;
  }
  return [...out.values()];
}

/** Only the sides can tell, and only where upright and stored differ in them (orientation 5 to 8). */
export function turnedAlready(applied: RawPerson['applied'], displayed: { width: number; height: number } | null, orientation: number): boolean {
  if (!applied || !displayed || orientation < 5) return false;
  return applied.w !== applied.h && displayed.width !== displayed.height && applied.w > applied.h === displayed.width > displayed.height;
}

/** From the stored picture to the displayed one, by EXIF Orientation. */
export function turn({ x, y, w, h }: Region, orientation: number): Region {
  const [right, below] = [1 - x - w, 1 - y - h];
  switch (orientation) {
    case 2: return { x: right, y, w, h };
    case 3: return { x: right, y: below, w, h };
    case 4: return { x, y: below, w, h };
    case 5: return { x: y, y: x, w: h, h: w };
    case 6: return { x: below, y: x, w: h, h: w };
    case 7: return { x: below, y: right, w: h, h: w };
    case 8: return { x: y, y: right, w: h, h: w };
    default: return { x, y, w, h };
  }
}

/** Cut to the picture, four digits; null for what lies outside or is nothing. */
export function inside({ x, y, w, h }: Region): Region | null {
  const [left, top, right, bottom] = [Math.max(0, x), Math.max(0, y), Math.min(1, x + w), Math.min(1, y + h)];
  const round = (n: number): number => Math.round(n * 10_000) / 10_000;
  const region = { x: round(left), y: round(top), w: round(right - left), h: round(bottom - top) };
  return region.w > 0 && region.h > 0 ? region : null;
}
