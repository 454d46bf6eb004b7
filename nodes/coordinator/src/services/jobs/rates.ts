import { JOB_KINDS, type JobKind, LIBRARY_KINDS } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeCaps, type NodeKind } from '@mantel/contracts/models/node.ts';
import type { Database } from '../../db/database.ts';
import { type Account, accounts } from './accounts.repository.ts';
import { type Candidate, isPinned, labelsOf, refuses, resting, slotsOf } from './admission.ts';
import { pausedKinds } from './queue.repository.ts';
import { type Backlog, type Crew, estimateMs, secondsFor } from './forecast.ts';
import type { Roster } from './roster.ts';

const FRESH_MS = 2000;
export interface RatesDeps { db: Pick<Database, 'sql' | 'read'>; roster: Roster; background: (what: string, work: Promise<unknown>) => void; now?: () => number; onChange?: () => void }
interface Snapshot { at: number; backlog: Backlog[]; shares: Map<string, number> }

/** What the workers have done, and from that how long the rest takes. Counting the queue takes milliseconds, so it is done aside: answers are a few seconds old, and unknown (null) until there is a first count. */
export function createRates({ db, roster, background, now = Date.now, onChange = () => undefined }: RatesDeps) {
  let snapshot: Snapshot | undefined;
  let counting: Promise<Snapshot> | undefined;
  const count = (): Promise<Snapshot> => counting ??= db.read('jobs.backlog', { now: now() }).then(({ backlog, shares }) => {
    const before = snapshot;
    snapshot = { at: now(), backlog: backlog.filter((b) => LIBRARY_KINDS.includes(b.what.kind) && !isPinned(b.what)), shares: new Map(shares.map((s) => [`${s.worker} ${s.kind}`, s.share])) };
    if (!before) onChange();
    return snapshot;
  }).finally(() => { counting = undefined; });
  const fresh = (): Snapshot | undefined => {
    if (!snapshot || snapshot.at < now() - FRESH_MS) background('counting the queue', count());
    return snapshot;
  };

  const measured = (all: Account[], id: string): Map<JobKind, number> => new Map(all.filter((a) => a.worker === id && a.ms !== null).map((a) => [a.kind, Math.max(a.ms!, 0.1)]));
  const member = (w: Candidate, ms: ReadonlyMap<JobKind, number>, kinds: readonly JobKind[], slots: number): Crew => {
    const paused = pausedKinds(db.sql);
    return { id: w.id, slots, ms, may: (c) => kinds.includes(c.kind) && !paused.has(c.kind) && !refuses(w, c, now()) };
  };
  /** Those that work now. How many slots a worker has that never said it is not known; one is certain. */
  const crew = (): { crew: Crew[]; known: { ms: Map<JobKind, number>; caps: NodeCaps | null }[] } => {
    const all = accounts(db.sql);
    const known = [...new Set(all.map((a) => a.worker))].map((id) => ({ ms: measured(all, id), caps: roster.caps(db.sql, id) }));
    const there = roster.online().map((o) => ({ ...o, w: roster.candidate(db.sql, o.id) })).filter(({ w }) => !resting(w, now()));
    return { known, crew: there.map(({ id, kinds, w }) => member(w, completed(measured(all, id), roster.caps(db.sql, id), known), kinds, w.slots === null ? w.settings.slots ?? 1 : slotsOf(w))) };
  };
  const completed = (own: Map<JobKind, number>, caps: NodeCaps | null, known: Parameters<typeof estimateMs>[2]): Map<JobKind, number> => {
    const out = new Map(own);
    for (const kind of JOB_KINDS) {
      const ms = out.get(kind) ?? estimateMs(kind, caps?.speed, known);
      if (ms !== undefined) out.set(kind, ms);
    }
    return out;
  };
  const rounded = (s: number | null): number | null => (s === null ? null : Math.round(s));
  const backlogOf = (s: Snapshot | undefined, who: readonly Crew[]): number | null => (s ? rounded(secondsFor(s.backlog, who)) : null);

  return {
    /** Per kind: counts, average, share of the last 24 hours. */
    kinds(id: string): NodeKind[] {
      const shares = fresh()?.shares;
      return accounts(db.sql).filter((a) => a.worker === id).map((a) => ({
        kind: a.kind, done: a.done, failed: a.failed, msPerJob: a.ms, share: shares?.get(`${id} ${a.kind}`) ?? 0, heldUntil: a.heldUntil > now() ? new Date(a.heldUntil).toISOString() : null, lastError: a.lastError,
      }));
    },
    /** Seconds that the waiting work takes without this worker; null: unknown, or never. */
    backlogWithout: (id: string): number | null => backlogOf(fresh(), crew().crew.filter((w) => w.id !== id)),
    /** Seconds without and with a PC that is not here yet, as its settings would be at first. */
    forecastWith(caps: NodeCaps): { before: number | null; after: number | null } {
      const s = fresh();
      const { crew: now_, known } = crew();
      const candidate: Candidate = { id: '', settings: DEFAULT_SETTINGS, labels: labelsOf('', { local: false, caps, settings: DEFAULT_SETTINGS }), slots: caps.slots, owner: 'unknown', draining: false, outdated: false, held: new Map() };
      return { before: backlogOf(s, now_), after: backlogOf(s, [...now_, member(candidate, completed(new Map(), caps, known), JOB_KINDS, caps.slots)]) };
    },
    async forecast(): Promise<{ backlogSeconds: number | null; perNode: { id: string; without: number | null }[] }> {
      const s = snapshot && snapshot.at > now() - FRESH_MS ? snapshot : await count();
      const { crew: all } = crew();
      return { backlogSeconds: backlogOf(s, all), perNode: all.map((w) => ({ id: w.id, without: backlogOf(s, all.filter((o) => o !== w)) })) };
    },
  };
}
export type Rates = ReturnType<typeof createRates>;
