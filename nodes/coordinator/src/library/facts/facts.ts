import type { AssetType, DateSource, FactSources, Problem, Region } from '@mantel/contracts/models/asset.ts';
import { chooseDate, formatLocal } from './dates.ts';
import type { Exiftool } from '../exiftool.ts';
import { createSlowReader, type FactsLog } from './exiftool.ts';
import { readQuick } from './quick.ts';
import { wrongExtension } from './sniff.ts';
import { firstText, noTags, number, place, tagList, text, type RawTags } from './tags.ts';

/**
 * What a file says about itself. `takenAt`: UTC, ms since 1970; where nobody wrote the zone, the wall clock is taken as UTC and `offsetMinutes` is null.
 * `takenAtLocal`: wall clock, `yyyy-mm-ddThh:mm:ss`. Size in pixels as displayed. `exposureTime` seconds, `focalLength` millimetres, `altitude` metres.
 * Problems: `no_date` (the date is the file's or that of the upload), `wrong_extension`, `truncated`, `no_facts` (no reader understood the file).
 */
export interface Facts {
  takenAt: number; takenAtLocal: string; takenAtSource: DateSource; offsetMinutes: number | null;
  lat: number | null; lon: number | null; altitude: number | null;
  width: number | null; height: number | null; durationMs: number | null;
  make: string | null; model: string | null; lens: string | null;
  iso: number | null; fNumber: number | null; exposureTime: number | null; focalLength: number | null;
  /** EXIF Orientation as written, 1 to 8. */
  orientation: number | null; colourSpace: string | null; videoCodec: string | null; audioCodec: string | null;
  /** `tags`: levels divided by `/`. */
  rating: number | null; title: string | null; description: string | null; tags: string[]; people: NamedRegion[];
  /** What the parts of a live photo share. */
  contentId: string | null;
  /** The clip inside a motion photo, in bytes of the file. */
  motion: { offset: number; bytes: number } | null;
  sources: FactSources;
  problems: Problem[];
}
/** `region`: fractions of the displayed picture; null where only the name is known. */
export interface NamedRegion { name: string; region: Region | null }
/** `name`: as the family calls it; `mime` and `type` from `sniff`; `modifiedAt`: ms since 1970, the file's own time where it came from; `folder`: the path it lay in there. */
export interface FactsHint { name: string; mime: string; type: AssetType; modifiedAt?: number | undefined; folder?: string | undefined }
export interface FactsReader {
  /** Never throws for odd content. About 3 CPU ms for a camera's JPEG; videos, PNG and whatever has no EXIF date are asked of exiftool (20 ms). */
  read(path: string, hint: FactsHint): Promise<Facts>;
}
export { sniff, type Sniffed } from './sniff.ts';

export function createFacts({ log, exiftool }: { log: FactsLog; exiftool: Exiftool }): FactsReader {
  const slow = createSlowReader(exiftool, log);
  return {
    async read(path, hint) {
      const quick = await readQuick(path, hint.mime);
      if (quick?.complete) {
        const facts = judge(quick.tags, hint);
        if (facts.takenAtSource === 'exif') return facts; // an EXIF date that is no date: let exiftool look for a better one
      }
      const full = await slow.read(path, hint.type, hint.mime);
      const tags = merge(quick?.tags ?? null, full);
      return judge(tags ?? { ...noTags(), problems: ['no_facts'] }, hint);
    },
  };
}

/** exiftool knows more; sharp has measured the picture itself and knows the character set of what people wrote. */
function merge(quick: RawTags | null, full: RawTags | null): RawTags | null {
  if (!quick || !full) return full ?? quick;
  return { ...full, size: quick.size ?? full.size, title: [...quick.title, ...full.title], description: [...quick.description, ...full.description], tags: quick.tags.flat().some(Boolean) ? quick.tags : full.tags };
}

const DAY = 86_400_000;
function judge(tags: RawTags, hint: FactsHint): Facts {
  const problems = new Set(tags.problems);
  if (wrongExtension(hint.name, hint.mime)) problems.add('wrong_extension');
  const taken = chooseDate(tags.dates, hint.type);
  if (!taken) problems.add('no_date');
  const now = Date.now();
  const known = hint.modifiedAt !== undefined && hint.modifiedAt > 0 && hint.modifiedAt < now + DAY; // 0 and the far future are clocks that were not set
  const utc = taken?.utc ?? (known ? Math.floor(hint.modifiedAt!) : now);
  const gps = place(tags.lat, tags.lon);
  const rating = number(tags.rating, -1, 5);
  return {
    takenAt: utc, takenAtLocal: taken?.local ?? formatLocal(utc), takenAtSource: taken?.source ?? (known ? 'file' : 'upload'), offsetMinutes: taken?.offsetMinutes ?? null,
    lat: gps?.lat ?? null, lon: gps?.lon ?? null, altitude: gps ? number(tags.altitude, -12_000, 100_000) : null,
    width: tags.size?.width ?? null, height: tags.size?.height ?? null, durationMs: tags.durationMs,
    make: text(tags.make, 100), model: text(tags.model, 100), lens: text(tags.lens, 200),
    iso: number(tags.iso, 1, 10_000_000), fNumber: number(tags.fNumber, 0.1, 1000), exposureTime: number(tags.exposureTime, 1e-9, 1e6), focalLength: number(tags.focalLength, 0.1, 100_000),
    orientation: null, colourSpace: null, videoCodec: null, audioCodec: null, people: [], contentId: null, motion: null, sources: {},
    rating: rating === null ? null : Math.round(rating), title: firstText(tags.title, 500), description: firstText(tags.description, 10_000), tags: tagList(tags.tags),
    problems: [...problems],
  };
}
