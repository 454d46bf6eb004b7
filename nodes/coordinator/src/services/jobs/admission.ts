// Who may do what, and when: pure rules over what is known of a worker and of a class of jobs. Nothing here looks at a single job.
import type { JobKind, Needs } from '@mantel/contracts/models/job.ts';
import type { NodeCaps, NodeLoad, NodeSettings, Rest } from '@mantel/contracts/models/node.ts';

/** Jobs with the same kind, library (its UUID) and needs. */
export interface JobClass { id: number; kind: JobKind; library: string | null; needs: Needs }
/** `slots`: how many jobs at once; null: it never said. `held`: kinds that it gets none of until then (ms). */
export interface Candidate { id: string; settings: NodeSettings; labels: ReadonlySet<string>; slots: number | null; owner: NodeLoad['owner']; draining: boolean; /** We have no language in common. */ outdated: boolean; held: ReadonlyMap<string, number> }
/** How many jobs a worker has, and how many of them nobody waits for. */
export interface Burden { all: number; background: number }

/** One worker, broken or hostile, cannot take the whole queue. */
export const MAX_LEASES = 64;
/** How long a job waits for a worker that suits it better. */
export const PREFER_MS = 5000;

export function labelsOf(id: string, o: { local: boolean; caps: NodeCaps | null; settings: NodeSettings }): Set<string> {
  const own = [`node:${id}`, ...(o.local ? ['local'] : []), ...(o.caps ? [`arch:${o.caps.arch}`, ...(o.caps.gpu === null ? [] : ['gpu'])] : [])];
  return new Set([...own, ...o.settings.labels.filter((l) => !l.startsWith('node:'))]); // nobody passes for another worker
}

/** Work for one worker alone (its test): nobody else waits for it. */
export const isPinned = ({ needs }: Pick<JobClass, 'needs'>): boolean => needs.require?.some((l) => l.startsWith('node:')) ?? false;

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
type Hours = NonNullable<NodeSettings['hours']>;
/** In the coordinator's local time; `from` counts, `to` does not; may go over midnight. */
export function within({ from, to }: Hours, at: number): boolean {
  const d = new Date(at);
  const t = d.getHours() * 60 + d.getMinutes();
  const [a, b] = [minutes(from), minutes(to)];
  return a <= b ? t >= a && t < b : t >= a || t < b;
}
/** The next instant that a clock shows `time`. */
export function nextTime(time: string, at: number): number {
  const d = new Date(at);
  d.setHours(0, minutes(time), 0, 0);
  if (d.getTime() <= at) d.setDate(d.getDate() + 1);
  return d.getTime();
}

/** Why a worker gets nothing at all at the moment. That nobody uses a PC must be known: `unknown` is not enough. */
export function resting(w: Candidate, at: number): Rest | 'outdated' | null {
  if (w.outdated) return 'outdated';
  if (w.settings.paused) return 'paused';
  if (w.draining) return 'draining';
  if (w.settings.hours && !within(w.settings.hours, at)) return 'hours';
  return w.settings.whenIdle && w.owner !== 'away' ? 'owner' : null;
}

export type Refusal = 'kind' | 'library' | 'labels' | 'held';
/** Why a worker gets no job of a class. */
export function refuses(w: Candidate, c: JobClass, at: number): Refusal | null {
  if (w.settings.kindsOff.includes(c.kind)) return 'kind';
  if (c.library !== null && w.settings.libraries && !w.settings.libraries.includes(c.library)) return 'library';
  const { require = [], any = [] } = c.needs;
  if (!require.every((l) => w.labels.has(l)) || (any.length > 0 && !any.some((l) => w.labels.has(l)))) return 'labels';
  return (w.held.get(c.kind) ?? 0) > at ? 'held' : null;
}
/** Whether a class has nothing against this worker; all of them when it prefers nobody. */
export const suits = (w: Pick<Candidate, 'labels'>, { prefer = [] }: Needs): boolean => prefer.length === 0 || prefer.some((l) => w.labels.has(l));

export const slotsOf = (w: Pick<Candidate, 'slots' | 'settings'>): number => Math.min(w.settings.slots ?? MAX_LEASES, w.slots ?? MAX_LEASES, MAX_LEASES);
/** What a worker has room for: anything, only work that somebody waits for (one more than its slots), or nothing. */
export function room(w: Pick<Candidate, 'slots' | 'settings'>, burden: Burden): 'any' | 'interactive' | 'none' {
  const slots = slotsOf(w);
  if (burden.all >= Math.min(slots + 1, MAX_LEASES)) return 'none';
  return burden.background < slots ? 'any' : 'interactive';
}
