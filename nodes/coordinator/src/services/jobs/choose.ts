import { INTERACTIVE, type JobKind } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';
import { type Burden, type Candidate, type JobClass, nextTime, PREFER_MS, refuses, resting, room, suits } from './admission.ts';
import { waitingClasses } from './classes.repository.ts';
import { bestOf, type Best, pausedKinds } from './queue.repository.ts';
import type { Roster } from './roster.ts';

type Reader = Pick<Sql, 'get' | 'all'>;
export interface Ask { worker: string; kinds: readonly JobKind[]; /** Only work that somebody waits for. */ interactive: boolean; at: number }
/** The job for this worker; without one, when time alone may change that (ms; Infinity: only an event does). */
export interface Choice { job: Best | undefined; retryAt: number }

/** Whether somebody else is there for a class; with `fits`, somebody of whom that is true. Asks the roster once. */
export function othersThan(sql: Reader, roster: Roster, worker: string, at: number): (c: JobClass, fits?: (w: Candidate) => boolean) => boolean {
  let others: { candidate: Candidate; kinds: readonly JobKind[] }[] | undefined;
  return (c, fits = () => true) => {
    others ??= roster.online().filter((w) => w.id !== worker).map((w) => ({ candidate: roster.candidate(sql, w.id), kinds: w.kinds }));
    return others.some(({ candidate: w, kinds }) => kinds.includes(c.kind) && !resting(w, at) && !refuses(w, c, at) && fits(w));
  };
}

/** The best job that this worker may do now: highest priority, then oldest. Costs one look into the index per class, however many jobs wait. */
export function choose(sql: Reader, roster: Roster, burden: (worker: string) => Burden, ask: Ask): Choice {
  const me = roster.candidate(sql, ask.worker);
  const rest = resting(me, ask.at);
  if (rest) return { job: undefined, retryAt: rest === 'hours' ? nextTime(me.settings.hours!.from, ask.at) : Infinity };
  const free = room(me, burden(ask.worker));
  if (free === 'none') return { job: undefined, retryAt: Infinity };
  const minPrio = ask.interactive || free === 'interactive' ? INTERACTIVE : -Infinity;
  const paused = pausedKinds(sql);
  const another = othersThan(sql, roster, ask.worker, ask.at);
  const later: number[] = [];
  let best: Best | undefined;
  for (const c of waitingClasses(sql)) {
    if (!ask.kinds.includes(c.kind) || paused.has(c.kind)) continue;
    const refusal = refuses(me, c, ask.at);
    if (refusal) {
      if (refusal === 'held') later.push(me.held.get(c.kind)!);
      continue;
    }
    let found = bestOf(sql, c.id, minPrio);
    // it failed here last: another one tries first, if there is one
    if (found && found.avoid === me.id && found.avoidUntil > ask.at && another(c)) {
      later.push(found.avoidUntil);
      found = bestOf(sql, c.id, minPrio, { worker: me.id, at: ask.at });
    }
    if (!found) continue;
    if (!suits(me, c.needs) && found.createdAt + PREFER_MS > ask.at && another(c, (w) => suits(w, c.needs) && room(w, burden(w.id)) === 'any')) {
      later.push(found.createdAt + PREFER_MS);
      continue;
    }
    if (!best || found.prio > best.prio || (found.prio === best.prio && found.id < best.id)) best = found;
  }
  return { job: best, retryAt: Math.min(Infinity, ...later) };
}
