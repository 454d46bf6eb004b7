import { errorCode } from '@mantel/contracts/errors.ts';
import type { JobFailure } from '@mantel/contracts/models/job.ts';

/** Why a job stops before its end, when neither the file nor this machine is at fault. */
export class LeaseLost extends Error { override readonly name = 'LeaseLost'; }
export class Draining extends Error { override readonly name = 'Draining'; }

/** Answers that mean: this lease is not mine any more. Nothing is reported then. */
const LOST = ['lease_lost', 'signature_bad', 'signature_expired', 'unknown_worker'];
export const meansLost = (e: unknown): boolean => e instanceof LeaseLost || LOST.includes(errorCode(e));

/** Answers that mean: the house itself has trouble (its disk is full or away). The job goes back, and no try is lost. */
const HOUSE = ['storage_missing', 'storage_full', 'rate_limited'];
export const meansHouse = (e: unknown): boolean => HOUSE.includes(errorCode(e));

/** What to tell the coordinator. The message is for a person; stacks and addresses stay in this machine's log. */
export function failureOf(e: unknown): JobFailure {
  const code = errorCode(e);
  const message = (e instanceof Error ? e.message : String(e)).slice(0, 1000);
  if (code === 'undecodable' || code === 'too_large' || code === 'encrypted') return { code, message, permanent: true };
  return { code: code === 'timeout' ? 'timeout' : 'internal', message, permanent: false };
}
