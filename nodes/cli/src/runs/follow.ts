import { setTimeout as pause } from 'node:timers/promises';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import type { Api } from '../api/client.ts';
import { ApiError, Failure, NetworkError } from '../failure.ts';
import { count } from '../format.ts';
import { note, type Terminal } from '../terminal.ts';
import { nowLine, shortLine } from './words.ts';

/** It may be restarting, or the line is down; the run itself does not need this command. */
const PATIENCE_MS = 3 * 60_000;
const MOVING = new Set<ImportRun['state']>(['collecting', 'scanning', 'running', 'undoing']);
export interface FollowTimes { everyMs?: number; patienceMs?: number }

export const oneRun = (api: Api, id: string): Promise<ImportRun> => api.get('imports.get', `/imports/${encodeURIComponent(id)}`);

/** Until the run stands still, or is one of `until`. Ctrl-C asks the house to pause it. */
export async function follow(api: Api, terminal: Terminal, id: string, { everyMs = 500, patienceMs = PATIENCE_MS }: FollowTimes = {}): Promise<ImportRun> {
  let heard = Date.now();
  let last: ImportRun['state'] | null = null;
  for (;;) {
    if (terminal.signal.aborted) throw await pausing(api, id);
    const run = await oneRun(api, id).catch((error: unknown) => {
      if (error instanceof NetworkError && Date.now() - heard < patienceMs) return null;
      throw error instanceof NetworkError ? new Failure(`${error.message} The import goes on there when it answers again. Look at it with: mantel imports show ${id}`) : error;
    });
    if (run) {
      heard = Date.now();
      if (terminal.live) terminal.err.write(`\r\u001b[K${nowLine(run)}`);
      else if (run.state !== last && run.state === 'running') note(terminal, `Bringing in ${count(run.items.total)} photos and videos.`);
      if (run.state !== last && run.state === 'running' && run.preview?.enough === false) note(terminal, `${terminal.live ? '\r\u001b[K' : ''}${shortLine(run.preview)}`);
      last = run.state;
      if (!MOVING.has(run.state)) {
        if (terminal.live) terminal.err.write('\r\u001b[K');
        return run;
      }
    }
    await pause(everyMs, undefined, { signal: terminal.signal }).catch(() => {});
  }
}

/** What to say after Ctrl-C. `sending`: not everything was sent. */
export async function pausing(api: Api, id: string, sending = false): Promise<Failure> {
  const goOn = sending ? 'Run the same command again to send the rest.' : `Go on with: mantel imports resume ${id}`;
  try {
    await api.post('imports.pause', `/imports/${encodeURIComponent(id)}/pause`);
    return new Failure(`Paused; what came in so far stays. ${goOn}`, 130);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'run_state') return new Failure(sending ? `Stopped sending; what came in so far stays. ${goOn}` : `Stopped watching. See: mantel imports show ${id}`, 130);
    return new Failure(`Stopped watching, and the import could not be paused (${(error as Error).message}). ${goOn}`, 130);
  }
}
