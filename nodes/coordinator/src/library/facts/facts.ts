import type { AssetType, DateSource, FactSources, Problem, Region } from '@mantel/contracts/models/asset.ts';
import type { Exiftool } from '../exiftool.ts';
import { createSlowReader, type FactsLog } from './exiftool.ts';
import { judge } from './judge.ts';
import { UNKNOWN_MIME } from './kinds.ts';
import { readQuick } from './quick.ts';
import { readQuickVideo } from './quick-video.ts';
import { noTags, type RawTags } from './tags.ts';

/**
 * What a file says about itself. `takenAt`: UTC, ms since 1970; where nobody knows the zone, the wall clock is taken as UTC and `offsetMinutes` is null.
 * `takenAtLocal`: wall clock, `yyyy-mm-ddThh:mm:ss`. Size in pixels as displayed. `exposureTime` seconds, `focalLength` millimetres, `altitude` metres.
 * Problems: `no_date` (the date is the file's or that of the upload), `odd_date` (hardly the true one: the future, a clock that was never set), `wrong_extension`, `truncated`, `no_facts` (no reader understood the file).
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

const FILMS = /^video\/(mp4|quicktime|x-m4v)$/;

export function createFacts({ log, exiftool }: { log: FactsLog; exiftool: Exiftool }): FactsReader {
  const slow = createSlowReader(exiftool, log);
  return {
    async read(path, hint) {
      if (hint.mime === UNKNOWN_MIME) return judge(noTags(), hint); // exiftool would open any archive and document that is called .jpg
      const film = FILMS.test(hint.mime) ? await readQuickVideo(path) : null;
      if (film) return judge(film, hint);
      const quick = await readQuick(path, hint.mime);
      if (quick?.complete) return judge(quick.tags, hint);
      const full = await slow.read(path, hint.type, hint.mime);
      const tags = merge(quick?.tags ?? null, full);
      return judge(tags ?? { ...noTags(), problems: ['no_facts'] }, hint);
    },
  };
}

/** exiftool knows more; sharp has measured the picture itself, and the fast reader knows the character set of what people wrote. */
function merge(quick: RawTags | null, full: RawTags | null): RawTags | null {
  if (!quick || !full) return full ?? quick;
  const worded = quick.paths.length > 0 || quick.tags.some((t) => [t.value].flat().some(Boolean));
  return {
    ...full, size: quick.size ?? full.size, orientation: quick.orientation ?? full.orientation, colourSpace: quick.colourSpace ?? full.colourSpace, contentId: quick.contentId ?? full.contentId, clip: quick.clip,
    rating: [...quick.rating, ...full.rating], title: [...quick.title, ...full.title], description: [...quick.description, ...full.description],
    ...(worded ? { tags: quick.tags, paths: quick.paths } : {}), people: [...quick.people, ...full.people], names: [...quick.names, ...full.names],
  };
}
