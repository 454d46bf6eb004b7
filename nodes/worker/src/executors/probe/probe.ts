import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ProbeLease, ProbeResult } from '@mantel/contracts/models/job.ts';
import type { ExecutorContext } from '../context.ts';

const YIELD_BYTES = 4 << 20;

/** Fetches, hashes, holds, sends back: what a job costs on this machine besides the work itself. */
export const probeExecutor = ({ bytes }: Pick<ExecutorContext, 'bytes'>) => async (lease: ProbeLease, signal: AbortSignal): Promise<ProbeResult> => {
  const { echo } = lease.put;
  if (!echo) throw new MantelError('internal', 'The coordinator did not say where to put "echo".');
  const started = performance.now();
  const body = await bytes.get(lease.get, { signal, maxBytes: lease.payload.bytes });
  const fetched = performance.now();
  let sha256 = '';
  for (let round = 0; round < lease.payload.rounds; round++) {
    const hash = createHash('sha256');
    for (let at = 0; at < body.length; at += YIELD_BYTES) {
      hash.update(body.subarray(at, at + YIELD_BYTES));
      await sleep(0); // the lease must stay alive meanwhile
      signal.throwIfAborted();
    }
    sha256 = hash.digest('hex');
  }
  await sleep(lease.payload.holdMs, undefined, { signal });
  const worked = performance.now();
  await bytes.put(echo, body, { signal });
  return { sha256, getMs: fetched - started, workMs: worked - fetched, putMs: performance.now() - worked };
};
