import type { DateSource } from '@mantel/contracts/models/asset.ts';
import type { Facts, NamedRegion } from '../facts/facts.ts';
import { displayed } from './people.ts';

/**
 * What a sidecar says; a fact that it does not mention is undefined, one that it says is empty is null.
 * `takenAtLocal`: `yyyy-mm-ddThh:mm:ss`; `offsetMinutes` east of UTC; `tags`: levels divided by `/`; `people` as in the stored picture, before its orientation is applied (see people.ts).
 */
export interface SidecarFacts {
  takenAtLocal?: string; offsetMinutes?: number | null; gps?: { lat: number; lon: number; altitude: number | null } | null;
  rating?: number | null; title?: string | null; description?: string | null; tags?: string[]; people?: NamedRegion[];
  /** The date is only that of a scan or a file, or has no time of day: good where the photo itself knows no better. */
  weakDate?: boolean;
  /** Where our own sidecar says that its date came from, when that is only a guess (the name, the file's time …): it must not become a real one by coming back. */
  guessedFrom?: DateSource;
  /** `tags` as each kind of program keeps them: digiKam's, Lightroom's, the flat words. */
  tagLists?: { digikam?: string[]; deep?: string[]; flat?: string[] };
  /** What the regions were measured on, in pixels. */
  measured?: { width: number; height: number } | null;
}

export const WEAK: readonly DateSource[] = ['png', 'gps', 'name', 'folder', 'file', 'upload'];
/** Whether a sidecar's date counts against one from that source. */
export const dateCounts = (said: SidecarFacts, source: DateSource): boolean => said.takenAtLocal !== undefined && (said.weakDate !== true || WEAK.includes(source));

const utcOf = (local: string, offsetMinutes: number | null): number => Date.parse(`${local}Z`) - (offsetMinutes ?? 0) * 60_000;
/** Both lists together, each tag once (by letters, not by case). */
const together = (first: readonly string[], then: readonly string[]): string[] => [...new Map([...then, ...first].map((t) => [t.normalize('NFC').toLocaleLowerCase('en'), t])).values()].toSorted((a, b) => order(first, a) - order(first, b));
const order = (first: readonly string[], tag: string): number => (first.indexOf(tag) + first.length + 1) % (first.length + 1);

/** What somebody wrote beside a file goes before what the file says of itself. */
export function withSidecar(facts: Facts, said: SidecarFacts | null): Facts {
  if (!said) return facts;
  const out: Facts = { ...facts, sources: { ...facts.sources }, problems: [...facts.problems] };
  if (dateCounts(said, facts.takenAtSource)) {
    out.offsetMinutes = said.offsetMinutes ?? facts.offsetMinutes; // a wall clock without a zone leaves the zone as the photo has it
    if (said.takenAtLocal !== facts.takenAtLocal) {
      out.takenAtLocal = said.takenAtLocal!;
      out.takenAtSource = out.sources.takenAt = said.guessedFrom ?? 'sidecar';
      const unknown = said.guessedFrom === 'file' || said.guessedFrom === 'upload';
      out.problems = out.problems.filter((p) => p !== 'odd_date' && (unknown || p !== 'no_date'));
    }
    if (out.offsetMinutes !== facts.offsetMinutes) out.sources.offset = 'sidecar';
    out.takenAt = utcOf(out.takenAtLocal, out.offsetMinutes);
  }
  if (said.gps) {
    Object.assign(out, { lat: said.gps.lat, lon: said.gps.lon, altitude: said.gps.altitude ?? facts.altitude });
    out.sources.gps = 'sidecar';
  }
  for (const fact of ['rating', 'title', 'description'] as const) {
    const value = said[fact];
    if (value === undefined || value === null || value === facts[fact]) continue;
    Object.assign(out, { [fact]: value });
    out.sources[fact] = 'sidecar';
  }
  if (said.tags?.length) {
    out.tags = together(said.tags, facts.tags);
    out.sources.tags = 'sidecar';
  }
  if (said.people?.length) {
    const named = displayed(said, facts);
    out.people = [...named, ...facts.people.filter((p) => !named.some((n) => n.name.toLocaleLowerCase() === p.name.toLocaleLowerCase()))];
    out.sources.people = 'sidecar';
  }
  return out;
}
