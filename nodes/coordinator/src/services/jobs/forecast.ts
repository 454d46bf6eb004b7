// How long the waiting work takes: a fluid picture of the queue, computed from measured times. Pure.
import type { JobKind } from '@mantel/contracts/models/job.ts';
import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import type { JobClass } from './admission.ts';

/** Jobs of one class, oldest class first. */
export interface Backlog { what: JobClass; jobs: number }
/** A worker in this picture: `ms` per job and kind, measured there or estimated. */
export interface Crew { id: string; slots: number; ms: ReadonlyMap<JobKind, number>; may: (c: JobClass) => boolean }

/** Seconds until all is done, when everybody takes what is oldest and allowed; 0 with nothing to do, null when some of it would never be done. */
export function secondsFor(backlog: readonly Backlog[], crew: readonly Crew[]): number | null {
  const left = backlog.filter((b) => b.jobs > 0).map((b) => ({ ...b }));
  let seconds = 0;
  while (left.length > 0) {
    const rates = left.map(() => 0);
    for (const w of crew) {
      const first = left.findIndex((b) => w.ms.has(b.what.kind) && w.may(b.what));
      if (first >= 0) rates[first]! += (w.slots * 1000) / w.ms.get(left[first]!.what.kind)!;
    }
    const until = Math.min(...left.map((b, i) => (rates[i]! > 0 ? b.jobs / rates[i]! : Infinity)));
    if (!Number.isFinite(until)) return null;
    seconds += until;
    for (const [i, b] of left.entries()) b.jobs -= rates[i]! * until;
    for (let i = left.length - 1; i >= 0; i--) if (left[i]!.jobs < 1e-6) left.splice(i, 1);
  }
  return seconds;
}

/** What a worker that was measured tells of one that was not: the same work, at the speed of its processor. The nearest in speed is the best witness. */
export function estimateMs(kind: JobKind, speed: number | undefined, known: readonly { ms: ReadonlyMap<JobKind, number>; caps: Pick<NodeCaps, 'speed'> | null }[]): number | undefined {
  if (!speed) return undefined;
  const witnesses = known.filter((k) => k.ms.has(kind) && (k.caps?.speed ?? 0) > 0).sort((a, b) => Math.abs(Math.log(a.caps!.speed / speed)) - Math.abs(Math.log(b.caps!.speed / speed)));
  const [best] = witnesses;
  return best && best.ms.get(kind)! * (best.caps!.speed / speed);
}
