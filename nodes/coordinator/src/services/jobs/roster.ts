// What the queue knows of the workers: settings and quarantine from the database, everything else from what they did since the start.
import type { JobKind } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeCaps, type NodeLoad, type NodeSettings, type Rest } from '@mantel/contracts/models/node.ts';
import type { Sql } from '../../db/database.ts';
import { decided, heldKinds } from './accounts.repository.ts';
import { type Candidate, labelsOf, resting } from './admission.ts';
import { steadyOf } from './steady.ts';

type Reader = Pick<Sql, 'get' | 'all'>;
/** A poll takes 20 s at most; who asked in this time is there. */
const ONLINE_MS = 25_000;
interface Kept { text: string; settings: NodeSettings; caps: NodeCaps | null }
interface Seen { askedAt: number; kinds: readonly JobKind[] }

export interface RosterDeps { isLocal?: (id: string) => boolean; now?: () => number }

export function createRoster({ isLocal = () => false, now = Date.now }: RosterDeps = {}) {
  const steady = steadyOf(now);
  const seen = new Map<string, Seen>();
  const draining = new Set<string>();
  const drainedThere = new Set<string>(); // by their own decision; each report says it anew
  const runs = new Map<string, string>();
  const outdated = new Set<string>();
  const owners = new Map<string, NodeLoad['owner']>();
  const kept = new Map<string, Kept>(); // JSON is parsed once per change
  const read = (sql: Reader, id: string): Kept => {
    const row = decided(sql, id);
    const text = row ? `${row.settings}\n${row.caps}` : '';
    const known = kept.get(id);
    if (known?.text === text) return known;
    const fresh = { text, settings: { ...DEFAULT_SETTINGS, ...(row ? (JSON.parse(row.settings) as Partial<NodeSettings>) : {}) }, caps: row?.caps ? (JSON.parse(row.caps) as NodeCaps) : null };
    kept.set(id, fresh);
    return fresh;
  };
  /** By what is committed, or by what the transaction of `sql` sees. */
  const candidate = (sql: Reader, id: string): Candidate => {
    const { settings, caps } = read(sql, id);
    return { id, settings, labels: labelsOf(id, { local: isLocal(id), caps, settings }), slots: caps?.slots ?? null, owner: owners.get(id) ?? 'unknown', draining: draining.has(id) || drainedThere.has(id), outdated: outdated.has(id), held: heldKinds(sql, id, now()) };
  };
  return {
    candidate,
    /** Why it gets no work at all; null also for one that does not understand us, which is told elsewhere. */
    rest(sql: Reader, id: string): Rest | null {
      return resting({ ...candidate(sql, id), outdated: false }, now()) as Rest | null;
    },
    /** It asks for work of these kinds, so it is there. */
    asked: (id: string, kinds: readonly JobKind[]): void => void seen.set(id, { askedAt: steady(), kinds }),
    left: (id: string): void => void seen.delete(id),
    /** A drain ends when it started anew, not when it only came back after a hiccup. `understood`: we have a language in common. */
    greeted: (id: string, understood: boolean, run?: string): void => {
      if (understood) outdated.delete(id);
      else outdated.add(id);
      if (run === undefined || runs.get(id) !== run) draining.delete(id);
      if (run === undefined) runs.delete(id);
      else runs.set(id, run);
      owners.delete(id);
    },
    /** Whether somebody uses that PC; returns whether that is news. */
    owner(id: string, state: NodeLoad['owner']): boolean {
      const news = owners.get(id) !== state;
      owners.set(id, state);
      return news;
    },
    /** It says whether it drains by itself; returns whether that is news. */
    drainedThere(id: string, on: boolean): boolean {
      const news = drainedThere.has(id) !== on;
      if (on) drainedThere.add(id);
      else drainedThere.delete(id);
      return news;
    },
    drain: (id: string, on: boolean): void => void (on ? draining.add(id) : draining.delete(id)),
    draining: (id: string): boolean => draining.has(id),
    forget(id: string): void {
      for (const m of [seen, owners, kept, runs]) m.delete(id);
      for (const s of [draining, drainedThere, outdated]) s.delete(id);
    },
    /** Workers that asked for work lately, and for which kinds. */
    online: (): { id: string; kinds: readonly JobKind[] }[] => [...seen].filter(([, s]) => s.askedAt > steady() - ONLINE_MS).map(([id, s]) => ({ id, kinds: s.kinds })),
    caps: (sql: Reader, id: string): NodeCaps | null => read(sql, id).caps,
  };
}
export type Roster = ReturnType<typeof createRoster>;
