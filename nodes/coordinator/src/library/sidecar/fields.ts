import type { Facts, NamedRegion } from '../facts/facts.ts';

/**
 * What a sidecar says; a fact that it does not mention is undefined, one that it says is empty is null.
 * `takenAtLocal`: `yyyy-mm-ddThh:mm:ss`; `offsetMinutes` east of UTC; `tags`: levels divided by `/`.
 */
export interface SidecarFacts {
  takenAtLocal?: string; offsetMinutes?: number | null; gps?: { lat: number; lon: number; altitude: number | null } | null;
  rating?: number | null; title?: string | null; description?: string | null; tags?: string[]; people?: NamedRegion[];
}

/** What somebody wrote beside a file goes before what the file says of itself. */
export function withSidecar(facts: Facts, sidecar: SidecarFacts | null): Facts {
  return sidecar ? { ...facts } : facts;
}
