import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '@mantel/contracts/errors.ts';

const FIRST_MS = 250;
const MAX_MS = 2000;
/** What a restart, a cable or a sleeping PC does. Everything else is an answer, and asking again does not change it. */
const BROKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ERR_STREAM_PREMATURE_CLOSE']);

export const isBroken = (e: unknown): boolean => BROKEN.has((e as { code?: string } | null)?.code ?? '') || ['timeout', 'incomplete'].includes(errorCode(e));

/** Tries until it works, an error is no broken connection, or nothing has moved (`progress` grows) for `forMs`. Then the last error is thrown. Ends at once when `signal` aborts. */
export async function patiently<T>(work: () => Promise<T>, { forMs, signal, progress = () => 0 }: { forMs: number; signal: AbortSignal; progress?: () => number }): Promise<T> {
  let best = progress();
  let until = Date.now() + forMs;
  let wait = FIRST_MS;
  for (;;) {
    try { return await work(); } catch (e) {
      if (progress() > best) {
        best = progress();
        until = Date.now() + forMs;
        wait = FIRST_MS;
      }
      if (signal.aborted || !isBroken(e) || Date.now() + wait > until) throw e;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw e;
      wait = Math.min(wait * 2, MAX_MS);
    }
  }
}
