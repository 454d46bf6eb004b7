import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Conflict, FACTS, type FactName, type FactSources, type Problem } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { NamedRegion } from '../../library/facts/facts.ts';
import * as repo from './edit.repository.ts';

/** New values of facts; undefined: stays as it is. `takenAtLocal`: `yyyy-mm-ddThh:mm:ss`; `people`: in the displayed picture. */
export interface FactChange {
  takenAtLocal?: string; offsetMinutes?: number | null; gps?: { lat: number; lon: number; altitude?: number | null } | null;
  rating?: number | null; title?: string | null; description?: string | null; tags?: string[]; people?: NamedRegion[];
  /** Beside what others add and remove at the same time; after `tags`, and removed before added. */
  addTags?: string[]; removeTags?: string[];
}
export interface EditDeps {
  enter: (sql: Sql, assetId: number) => void;
  leave: (sql: Sql, assetId: number) => void;
  /** Moves an asset in time, with everything that is sorted by it. */
  setLocalTime: (sql: Sql, assetId: number, local: string) => void;
  sidecarDue: (sql: Sql, assetId: number) => void;
}
const DATE_PROBLEMS: readonly Problem[] = ['no_date', 'odd_date'];
const words = (text: string | null): string | null => (text === null || text.trim() === '' ? null : text);

/** A local wall clock that exists, in the years that a timeline can hold. */
export function checkedLocal(local: string): string {
  const at = new Date(`${local}Z`);
  const year = at.getUTCFullYear();
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 19) !== local || year < 1800 || year > 2199) throw new MantelError('bad_request', 'There is no such date. Give a day that exists, from 1800 to 2199.');
  return local;
}

/** The one way in which facts of an asset change after it arrived: by a person, or by another program through the sidecar. */
export function createEdits({ enter, leave, setLocalTime, sidecarDue }: EditDeps) {
  return {
    /**
     * Applies a change with all that follows from it (place in time, map, tags, where each fact is from). Answers the facts that are different now; the change log is the caller's.
     * `at`: when it was changed (ms); a person's change settles a conflict about that fact.
     */
    apply(sql: Sql, assetId: number, change: FactChange, source: 'user' | 'sidecar', at: number): FactName[] {
      const a = repo.factsOf(sql, assetId);
      if (!a) return [];
      const changed = new Set<FactName>();
      const local = change.takenAtLocal ?? a.takenAtLocal;
      const offset = change.offsetMinutes === undefined ? a.offsetMinutes : change.offsetMinutes;
      if (local !== a.takenAtLocal) changed.add('takenAt');
      if (offset !== a.offsetMinutes) changed.add('offset');
      if (changed.size) {
        repo.setDate(sql, assetId, { takenAt: Date.parse(`${local}Z`) - (offset ?? 0) * 60_000, takenAtLocal: local, offsetMinutes: offset });
        if (changed.has('takenAt')) setLocalTime(sql, assetId, local);
      }
      // somebody who sets the date that stood there as a guess has said that it is right
      if (source === 'user' && change.takenAtLocal !== undefined && a.takenAtSource !== 'user') changed.add('takenAt');
      if (changed.has('takenAt')) repo.setDateSource(sql, assetId, source, (JSON.parse(a.problems) as Problem[]).filter((p) => !DATE_PROBLEMS.includes(p)));

      if (change.gps !== undefined) {
        const gps = change.gps;
        const altitude = gps === null ? null : gps.altitude === undefined ? (gps.lat === a.lat && gps.lon === a.lon ? a.altitude : null) : gps.altitude;
        if ((gps?.lat ?? null) !== a.lat || (gps?.lon ?? null) !== a.lon || altitude !== a.altitude) {
          changed.add('gps');
          if (a.vis) leave(sql, assetId);
          repo.setPlace(sql, assetId, gps?.lat ?? null, gps?.lon ?? null, altitude);
          if (a.vis) enter(sql, assetId);
        }
      }
      for (const fact of ['rating', 'title', 'description'] as const) {
        const given = change[fact];
        const value = typeof given === 'string' ? words(given) : given;
        if (value === undefined || value === a[fact]) continue;
        changed.add(fact);
        repo.setValue(sql, assetId, fact, value);
      }
      const { ord } = repo.factsOf(sql, assetId)!; // the date may have moved it
      if (change.tags !== undefined && repo.replaceTags(sql, assetId, ord, change.tags, source, randomUUID)) changed.add('tags');
      if ((change.addTags || change.removeTags) && repo.changeTags(sql, assetId, ord, { remove: change.removeTags ?? [], add: change.addTags ?? [] }, source, randomUUID)) changed.add('tags');
      if (change.people !== undefined && repo.replacePeople(sql, assetId, ord, change.people, source, randomUUID)) changed.add('people');
      if (changed.size === 0) return [];

      const sources = JSON.parse(a.sources) as FactSources;
      const edited = JSON.parse(a.edited) as Partial<Record<FactName, number>>;
      for (const fact of changed) {
        sources[fact] = source;
        if (source === 'user') edited[fact] = at;
        else delete edited[fact];
      }
      const conflicts = (JSON.parse(a.conflicts) as Conflict[]).filter((c) => source !== 'user' || !changed.has(c.fact));
      repo.setOrigins(sql, assetId, sources, edited, conflicts);
      sidecarDue(sql, assetId);
      return FACTS.filter((f) => changed.has(f));
    },
  };
}
export type Edits = ReturnType<typeof createEdits>;
