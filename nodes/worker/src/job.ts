// One leased job from its start to an answered done, fail or release.
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '@mantel/contracts/errors.ts';
import type { Lease } from '@mantel/contracts/models/job.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import type { Execute } from './executors/context.ts';
import { Draining, failureOf, LeaseLost, meansHouse, meansLost } from './failure.ts';
import type { Gateway } from './gateway.ts';

const CALL_MS = 3000;
const RETRY_FIRST_MS = 300;
const RETRY_MAX_MS = 2000;
/** How long an answer is offered to a coordinator that is away (restart, cable): longer, and the job is another worker's anyway. */
const REPORT_MS = 60_000;
/** How long a job that was stopped may take to stop. */
const LEAVE_MS = 500;
/** Answers that asking again does not change. */
const FINAL = ['bad_request', 'bad_result', 'lease_lost', 'unknown_worker', 'forbidden', 'not_found'];

export interface JobTools { gateway: Gateway; execute: Execute; log: Logger; /** Whether this machine has room to work; a job that failed without is not at fault. */ room?: () => Promise<boolean> }

/** A house that is down (restart, update) spares the leases that it had: whoever stops too early has worked in vain. A PC that is cut off has nothing better to do meanwhile, and is told when it is back. */
const SILENT_LEASES = 4;

/** Keeps the lease alive at a third of its time. Calls `lost` when the coordinator says so, or when it was silent for several times its length. */
function keepAlive(gateway: Gateway, lease: Lease, lost: () => void): () => void {
  let answered = performance.now(); // the clock of this machine may be set meanwhile
  const every = Math.max(200, lease.leaseMs / 3);
  const beat = setInterval(() => {
    if (performance.now() - answered > SILENT_LEASES * lease.leaseMs) { lost(); return; }
    gateway('jobs.extend', { id: lease.id, token: lease.token }, Math.min(every, CALL_MS))
      .then(({ ok }) => { if (ok) answered = performance.now(); else lost(); }, (e: unknown) => { if (meansLost(e)) lost(); });
  }, every);
  return () => { clearInterval(beat); };
}

/** Sends until it is answered; `undefined` when it was given up. */
async function report(send: () => Promise<{ ok: boolean }>, signal: AbortSignal, log: Logger): Promise<boolean | undefined> {
  const until = Date.now() + REPORT_MS;
  for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait + RETRY_FIRST_MS, RETRY_MAX_MS)) {
    try { return (await send()).ok; } catch (err) {
      if (FINAL.includes(errorCode(err))) throw err;
      if (signal.aborted || Date.now() > until) { log.warn({ err }, 'the coordinator does not take the answer to this job'); return undefined; }
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A decoder in the middle of a picture hears nothing; the job goes back all the same. */
const leftAlone = (stop: AbortSignal): Promise<never> => new Promise((_resolve, reject) => {
  const leave = (): void => void setTimeout(() => { reject(stop.reason as Error); }, LEAVE_MS).unref();
  if (stop.aborted) leave();
  else stop.addEventListener('abort', leave, { once: true });
});

/** `stop` aborts with `Draining` when the machine must stop now; the job then goes back without counting as a try. False: the house has trouble, so that another job now would only come back as well. */
export async function work(lease: Lease, tools: JobTools, stop: AbortSignal): Promise<boolean> {
  const { gateway } = tools;
  const log = tools.log.child({ job: lease.id, kind: lease.kind, attempt: lease.attempt });
  const held = { id: lease.id, token: lease.token };
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, stop]);
  const rest = keepAlive(gateway, lease, () => { lost.abort(new LeaseLost('The lease of this job was lost.')); });
  const fail = async (e: unknown): Promise<void> => {
    const failure = failureOf(e);
    log.warn({ err: failure.permanent ? undefined : e, code: failure.code }, failure.message);
    await report(() => gateway('jobs.fail', { ...held, failure }, CALL_MS), signal, log);
  };
  try {
    const done = tools.execute(lease, signal);
    done.catch(() => undefined); // nobody listens any more when it was left alone
    const result = await Promise.race([done, leftAlone(stop)]);
    if (await report(() => gateway('jobs.done', { ...held, result }, CALL_MS), signal, log) === false) log.warn('the result came too late and does not count');
    return true;
  } catch (e) {
    const house = !signal.aborted && meansHouse(e);
    const back = stop.aborted || house || (!signal.aborted && !(await (tools.room?.() ?? true)));
    if (house) log.warn({ code: errorCode(e) }, 'the house has no room, or not its disk; the job goes back');
    if (back && !lost.signal.aborted) await gateway('jobs.release', held, CALL_MS).catch((err: unknown) => { log.warn({ err }, 'the job could not be handed back; its lease will run out'); });
    else if (lost.signal.aborted || meansLost(e)) log.info('the job belongs to somebody else by now');
    else await fail(e).catch((err: unknown) => { log.warn({ err }, 'the coordinator does not take the failure of this job'); });
    return !house;
  } finally { rest(); }
}

export const ownerIsBack = (): Draining => new Draining('The owner uses this computer.');
export const drained = (): Draining => new Draining('This worker is stopping.');
