import { createCipheriv, createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Needs, type ProbePayload, ProbeResult } from '@mantel/contracts/models/job.ts';
import { check } from '@mantel/runtime/validate.ts';
import type { Sql } from '../../db/database.ts';
import { stagedPath } from '../../library/derived.ts';

export interface ProbeJob extends ProbePayload { seed: string }
export const probeOf = (job: { kind: string; payload: string } | undefined): ProbeJob | undefined => (job?.kind === 'probe' ? (JSON.parse(job.payload) as ProbeJob) : undefined);
const BLOCK = Buffer.alloc(1 << 18);

/** The bytes that a probe is about: the same for the same seed, and nobody's photo. */
export function* probeBytes({ seed, bytes }: { seed: string; bytes: number }): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  for (let left = bytes; left > 0; left -= BLOCK.length) yield stream.update(left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
}
const hashOf = (job: ProbeJob): string => {
  const hash = createHash('sha256');
  for (const block of probeBytes(job)) hash.update(block);
  return hash.digest('hex');
};

export interface ProbeDeps { data: string; enqueue: (sql: Sql, job: { kind: 'probe'; key: string; libraryId: null; payload: ProbeJob; needs?: Needs; prio?: number }) => boolean }

/** The job kind `probe`: tries a worker out without touching the library. Its bytes go there and come back, and both ends must agree on what they were. */
export function createProbes({ data, enqueue }: ProbeDeps) {
  const echo = (token: string): string => join(data, stagedPath(token, 'echo'));
  return {
    /** Returns whether a new job was made; the key is unique among open jobs. `needs` with the label `node:<id>` pins it to one worker. */
    enqueue: (sql: Sql, key: string, { bytes = 1 << 20, rounds = 1, holdMs = 0 }: Partial<ProbePayload> = {}, prio = 0, needs: Needs = {}): boolean => enqueue(sql, { kind: 'probe', key: `probe:${key}`, libraryId: null, needs, payload: { bytes, rounds, holdMs, seed: randomUUID() }, prio }),
    /** Throws `bad_result` when either end saw other bytes than were sent. */
    async accept(job: ProbeJob, token: string, result: unknown): Promise<unknown> {
      const { sha256 } = check(ProbeResult, result);
      const hash = createHash('sha256');
      await pipeline(createReadStream(echo(token)), hash).catch(() => { throw new MantelError('bad_result', 'The probe did not come back.'); });
      const expected = hashOf(job);
      if (sha256 !== expected || hash.digest('hex') !== expected) throw new MantelError('bad_result', 'The probe came back changed.');
      await rm(echo(token), { force: true });
      return result;
    },
    discard: (token: string): Promise<void> => rm(echo(token), { force: true }),
    end: { done: (): void => undefined, failed: (): void => undefined },
  };
}
