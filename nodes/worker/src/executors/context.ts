import type { JobKind, JobResult, Lease } from '@mantel/contracts/models/job.ts';
import type { ByteClient } from '@mantel/runtime/bytes.ts';
import type { Logger } from '@mantel/runtime/logger.ts';

/** What an executor may use: the coordinator's bytes, a private folder, and the pinned certificate as a file for programs of their own. */
export interface ExecutorContext {
  bytes: ByteClient;
  temp: string;
  /** `file`: PEM; `name`: the name in the certificate, `<cluster id>.mantel`. */
  ca: { file: string; name: string };
  log: Logger;
}

/**
 * Does one leased job and returns its result; outputs are sent before it returns. Must stop soon after `signal` aborts.
 * Throws MantelError: `undecodable`, `too_large` and `encrypted` are final, everything else may be tried again.
 */
export type Execute = (lease: Lease, signal: AbortSignal) => Promise<JobResult>;
/** One per kind; a kind without one does not compile. */
export type Executors = { [K in JobKind]: (lease: Extract<Lease, { kind: K }>, signal: AbortSignal) => Promise<JobResult> };
