import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from '../api/client.ts';
import { ApiError, Failure, NetworkError } from '../failure.ts';
import { count, duration } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** Nothing finished for this long: the workers are gone, and waiting on would be for ever. */
const STALL_MS = 15 * 60_000;

export interface WaitTimes { everyMs?: number; stallMs?: number }
const STOPPED = 'Stopped waiting; the previews go on being made.';

/** Until no preview waits or runs; for who may not see the jobs (only admins may), until those of `mine` are there. Ends with words when previews are paused, or when nothing moves any more. */
export async function waitForPreviews(api: Api, terminal: Terminal, mine: () => AsyncIterable<string> | Iterable<string>, { everyMs = 1000, stallMs = STALL_MS }: WaitTimes = {}): Promise<void> {
  let left = Infinity;
  let moved = Date.now();
  for (;;) {
    if (terminal.signal.aborted) throw new Failure(STOPPED, 130);
    const status = await api.get('jobs.status', '/jobs').catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 403) return 'not mine to see' as const;
      if (error instanceof NetworkError && Date.now() - moved < stallMs) return null; // it may be restarting
      throw error;
    });
    if (status === 'not mine to see') return waitForMine(api, terminal, mine(), { everyMs, stallMs });
    const preview = status?.find((j) => j.kind === 'preview');
    if (status && (!preview || preview.queued + preview.running === 0)) return;
    if (preview) {
      const now = preview.queued + preview.running;
      if (preview.paused && preview.running === 0) throw new Failure(`Previews are paused; ${count(now)} wait. Go on with: mantel jobs resume preview`);
      if (now !== left) [left, moved] = [now, Date.now()];
      if (terminal.live) terminal.err.write(`\r\u001b[KPreviews: ${count(now)} to go${preview.etaSeconds === null ? '' : ` · ${duration(preview.etaSeconds)} left`}`);
    }
    if (Date.now() - moved >= stallMs) throw new Failure(`No preview was finished for ${duration(stallMs / 1000)}; ${count(left)} wait. See: mantel nodes`);
    await pause(everyMs, undefined, { signal: terminal.signal }).catch(() => {});
  }
}

const AT_ONCE = 100;
/** Asks for photos in turn, those that wait again at the end of the queue: in which order they are made is not ours to know. What is gone or cannot be shown is not waited for. */
async function waitForMine(api: Api, terminal: Terminal, ids: AsyncIterable<string> | Iterable<string>, { everyMs, stallMs }: Required<WaitTimes>): Promise<void> {
  const waiting = new Set<string>();
  for await (const id of ids) waiting.add(id);
  let [moved, since] = [Date.now(), 0];
  while (waiting.size > 0) {
    let any = false;
    for (const id of [...waiting].slice(0, AT_ONCE)) {
      if (terminal.signal.aborted) throw new Failure(STOPPED, 130);
      waiting.delete(id);
      if (await isWaiting(api, id)) {
        waiting.add(id);
        since++;
      } else [moved, since, any] = [Date.now(), 0, true];
    }
    if (terminal.live) terminal.err.write(`\r\u001b[KPreviews: ${count(waiting.size)} to go`);
    if (any || waiting.size === 0) continue;
    if (since >= waiting.size && Date.now() - moved >= stallMs) throw new Failure(`Your photos are in, but no preview was finished for ${duration(stallMs / 1000)}; ${count(waiting.size)} wait. An admin can see why under Jobs.`);
    await pause(everyMs, undefined, { signal: terminal.signal }).catch(() => {});
  }
  if (terminal.live) terminal.err.write('\r\u001b[K');
}
async function isWaiting(api: Api, id: string): Promise<boolean> {
  try {
    return (await api.get('assets.get', `/assets/${encodeURIComponent(id)}`)).preview === 'waiting';
  } catch (error) {
    if (error instanceof NetworkError) return true; // it may be restarting
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return false;
    throw error;
  }
}
