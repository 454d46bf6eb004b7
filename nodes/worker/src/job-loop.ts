// Says hello, then keeps `slots` jobs in flight, and one more that somebody waits for: pull, never push, because PCs are unequal and they sleep.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lease } from '@mantel/contracts/models/job.ts';
import type { JobKind } from '@mantel/contracts/models/job.ts';
import { type NodeCaps, PROTOCOL } from '@mantel/contracts/models/node.ts';
import type { GatewayResult } from '@mantel/contracts/actions/index.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { check } from '@mantel/runtime/validate.ts';
import { backOff } from './back-off.ts';
import type { Execute } from './executors/context.ts';
import type { Gateway } from './gateway.ts';
import { drained, ownerIsBack, work } from './job.ts';

const HELLO_MS = 5000;
const BYE_MS = 2000;
/** Leaving for good is said again for so long: the house keeps the key of who was not heard. */
const LEAVE_MS = 6000;
/** How often a worker without any kind of work shows itself. */
const IDLE_MS = 30_000;
/** How often a full disk is looked at again. */
const ROOM_MS = 2000;
/** The long poll may take its whole time; the rest is for the way there and back. */
const POLL_MARGIN_MS = 2000;

export interface LoopOptions { name: string; version: string; kinds: JobKind[]; caps?: NodeCaps; slots: number; waitMs?: number; drainMs?: number; log: Logger; /** Whether this machine has room to work. */ room?: () => Promise<boolean>; /** Which worker this is. */ build?: string; /** The house will not work with this version. */ refused?: (answer: GatewayResult<'nodes.hello'>) => void }
export interface JobLoop {
  /** Resolves after the first answered hello. */
  ready: Promise<void>;
  /** Takes no more jobs, lets running ones finish for `drainMs`, then hands them back. Ends soon after that, whatever the coordinator does. False: the coordinator did not hear the good-bye. */
  drain(why?: Why): Promise<boolean>;
  /** At once: running jobs are aborted and handed back without counting as a try, and none is asked for until `resume`. */
  pause(): void;
  /** Running jobs end as usual; while it is on no more is asked for. */
  hold(on: boolean): void;
  resume(): void;
}
export type Why = 'stop' | 'sleep' | 'leave';

export function startJobLoop(gateway: Gateway, execute: Execute, options: LoopOptions): JobLoop {
  const { kinds, slots, log, waitMs = 4000, drainMs = 6500, room = () => Promise.resolve(true) } = options;
  const run = randomUUID();
  const stopping = new AbortController(); // no new job
  const stop = new AbortController(); // no running job either
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  let shift = new AbortController(); // what runs until the next pause
  let rest: PromiseWithResolvers<void> | undefined;
  const left = new Promise<void>((resolve) => { stopping.signal.addEventListener('abort', () => { resolve(); }, { once: true }); });
  let held: PromiseWithResolvers<void> | undefined;
  let greeting: Promise<void> | undefined;
  let refusal: string | undefined;

  async function hello(): Promise<void> {
    const answer = await gateway('nodes.hello', { proto: PROTOCOL, version: options.version, name: options.name, run, kinds, ...(options.caps ? { caps: options.caps } : {}), ...(options.build ? { build: options.build } : {}) }, HELLO_MS);
    if (!answer.ok) {
      options.refused?.(answer);
      const sentence = answer.upgrade === 'coordinator' ? 'The coordinator is older than this worker. Update the coordinator.' : 'This worker is older than its coordinator. Update Mantel on this computer.';
      if (sentence !== refusal) log.error(sentence); // once, not every few seconds until somebody does it
      refusal = sentence;
      throw new Error(sentence);
    }
    refusal = undefined;
    if (kinds.length > 0) log.info({ slots, kinds }, 'at work');
    isReady();
  }
  /** Once for all slots; again after a failed call, because a coordinator that was restarted does not know who is there. */
  const greet = (): Promise<void> => greeting ??= hello().catch((e: unknown) => { greeting = undefined; throw e; });

  async function lease(interactive: boolean): Promise<Lease | null> {
    await greet();
    if (!(await room())) {
      await sleep(ROOM_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      return null;
    }
    const asked = Date.now();
    const answer = await gateway('jobs.lease', { kinds, waitMs, ...(interactive ? { interactive } : {}) }, waitMs + POLL_MARGIN_MS);
    if (answer) return check(Lease, answer);
    // an empty answer before its time must not turn the poll into a storm
    if (Date.now() - asked < waitMs / 8) await backOff(Math.min(500, waitMs), 500).pause(stopping.signal);
    return null;
  }

  async function slot(interactive: boolean): Promise<void> {
    const back = backOff(200, 5000);
    const patience = backOff(500, 30_000);
    while (!stopping.signal.aborted) {
      if (rest) { await Promise.race([rest.promise, left]); continue; }
      if (held) { await Promise.race([held.promise, left]); continue; }
      let job: Lease | null;
      try { job = await lease(interactive); back.reset(); } catch (err) {
        greeting = undefined;
        if (stopping.signal.aborted) return;
        log.debug({ err }, 'no job could be asked for');
        await back.pause(stopping.signal);
        continue;
      }
      if (!job) continue;
      if (stopping.signal.aborted || rest || held) await gateway('jobs.release', { id: job.id, token: job.token }, BYE_MS).catch(() => undefined);
      else {
        const well = await work(job, { gateway, execute, log, room }, AbortSignal.any([stop.signal, shift.signal])).catch((err: unknown) => { log.error({ err }, 'a job ended in an unexpected way'); return true; });
        if (well) patience.reset();
        else await patience.pause(stopping.signal);
      }
    }
  }

  /** Nothing can be done here; the house is told so, and why. */
  async function shown(): Promise<void> {
    const back = backOff(200, 5000);
    while (!stopping.signal.aborted) {
      greeting = undefined;
      const said = await greet().then(() => true, (err: unknown) => { log.debug({ err }, 'the coordinator does not answer'); return false; });
      if (said) back.reset();
      await (said ? sleep(IDLE_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined) : back.pause(stopping.signal));
    }
  }

  const running = kinds.length === 0 ? [shown()] : [...Array.from({ length: slots }, () => slot(false)), slot(true)];
  async function bye(why: Why): Promise<boolean> {
    const until = performance.now() + (why === 'leave' ? LEAVE_MS : 0);
    for (;;) {
      const heard = await gateway('nodes.bye', { why }, BYE_MS).then(() => true, () => false);
      if (heard || performance.now() >= until) return heard;
      await sleep(BYE_MS / 4);
    }
  }
  async function end(why: Why): Promise<boolean> {
    stopping.abort();
    const limit = setTimeout(() => { stop.abort(drained()); }, drainMs);
    // an open poll or a hand-back to a silent coordinator ends by its own time limit; this is the limit above them
    const last = new Promise<void>((resolve) => { setTimeout(resolve, drainMs + BYE_MS).unref(); });
    const heard = await bye(why); // ends the open polls
    await Promise.race([Promise.all(running), last]);
    clearTimeout(limit);
    return heard;
  }
  let ended: Promise<boolean> | undefined;
  return {
    ready,
    drain: (why = 'stop') => ended ??= end(why),
    hold(on) {
      if (on) { held ??= Promise.withResolvers<void>(); return; }
      held?.resolve();
      held = undefined;
    },
    pause() {
      if (rest) return;
      rest = Promise.withResolvers<void>();
      shift.abort(ownerIsBack());
    },
    resume() {
      if (!rest) return;
      shift = new AbortController();
      rest.resolve();
      rest = undefined;
    },
  };
}
