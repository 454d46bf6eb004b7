import type { DateSource, FactSources } from '@mantel/contracts/models/asset.ts';
import type { Facts, FactsHint } from './facts.ts';
import { keywordList } from './keywords.ts';
import { peopleOf } from './regions.ts';
import { wrongExtension } from './sniff.ts';
import { firstText, number, place, type RawTags, type Said, text } from './tags.ts';
import { whenTaken } from './when.ts';

/** What the readers found, by our rules. */
export async function judge(tags: RawTags, hint: FactsHint): Promise<Facts> {
  const problems = new Set(tags.problems);
  if (wrongExtension(hint.name, hint.mime)) problems.add('wrong_extension');
  const gps = place(tags.lat, tags.lon);
  const when = await whenTaken(tags, hint, gps);
  if (!when.known) problems.add('no_date');
  if (when.odd) problems.add('odd_date');
  const rating = firstRating(tags.rating);
  const [title, description] = [firstText(tags.title, 500), firstText(tags.description, 10_000)];
  const [make, model, lens] = [text(tags.make, 100), text(tags.model, 100), text(tags.lens, 200)];
  const orientation = number(tags.orientation, 1, 8);
  const words = keywordList(tags.paths, tags.tags.map((t) => t.value));
  const people = peopleOf(tags.people, tags.names, orientation, tags.size);
  return {
    takenAt: when.takenAt, takenAtLocal: when.local, takenAtSource: when.source, offsetMinutes: when.offsetMinutes,
    lat: gps?.lat ?? null, lon: gps?.lon ?? null, altitude: gps ? number(tags.altitude, -12_000, 100_000) : null,
    width: tags.size?.width ?? null, height: tags.size?.height ?? null, durationMs: tags.durationMs, orientation, colourSpace: tags.colourSpace, videoCodec: tags.videoCodec, audioCodec: tags.audioCodec,
    make, model, lens, iso: number(tags.iso, 1, 10_000_000), fNumber: number(tags.fNumber, 0.1, 1000), exposureTime: number(tags.exposureTime, 1e-9, 1e6), focalLength: number(tags.focalLength, 0.1, 100_000),
    rating: rating?.value ?? null, title: title?.value ?? null, description: description?.value ?? null, tags: words, people, contentId: tags.contentId, motion: tags.clip,
    sources: sourcesOf({
      takenAt: when.source, offset: when.offsetSource, gps: gps && tags.placeFrom, camera: make || model || lens ? tags.cameraFrom : null, rating: rating?.from, title: title?.from, description: description?.from,
      tags: words.length === 0 ? null : tags.paths.length > 0 ? 'xmp' : tags.tags.find((t) => [t.value].flat().some((v) => text(v, 9) !== null))?.from, people: people.length > 0 ? 'xmp' : null,
    }),
    problems: [...problems],
  };
}

/** Only facts that are there. */
const sourcesOf = (all: Record<keyof FactSources, DateSource | null | undefined>): FactSources =>
  Object.fromEntries(Object.entries(all).filter(([, from]) => from)) as FactSources;

/** Stars, -1 for rejected. */
function firstRating(said: readonly Said[]): { value: number; from: DateSource } | null {
  for (const { value, from } of said) {
    const stars = number(value, -1, 5);
    if (stars !== null) return { value: Math.round(stars), from };
  }
  return null;
}
