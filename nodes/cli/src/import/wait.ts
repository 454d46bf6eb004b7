import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from '../api/client.ts';
import { ApiError, Failure, NetworkError } from '../failure.ts';
import { count, duration } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** Nothing finished for this long: the workers are gone, and waiting on would be for ever. */
const STALL_MS = 15 * 60_000;

/** Until no preview waits or runs. Ends with words when previews are paused, when nothing moves any more, or when the caller may not see the jobs. */
export async function waitForPreviews(api: Api, terminal: Terminal, { everyMs = 1000, stallMs = STALL_MS } = {}): Promise<void> {
  let left = Infinity;
  let moved = Date.now();
  for (;;) {
    if (terminal.signal.aborted) throw new Failure('Stopped waiting; the previews go on being made.', 130);
    const status = await api.get('jobs.status', '/jobs').catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 403) throw new Failure('Your photos are in. Only an admin can see the jobs, so --wait cannot tell when the previews are ready.');
      if (error instanceof NetworkError && Date.now() - moved < stallMs) return null; // it may be restarting
      throw error;
    });
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
