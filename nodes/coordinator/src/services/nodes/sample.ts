// The picture that tries a worker out: nobody's photo, turned sideways so that a worker that ignores orientation is found out.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Lease, PreviewResult } from '@mantel/contracts/models/job.ts';
import { check } from '@mantel/runtime/validate.ts';
import sharp from 'sharp';
import type { Sql } from '../../db/database.ts';

export const SAMPLE = fileURLToPath(new URL('./sample.jpg', import.meta.url));
export const SAMPLE_JOB = { sample: true, fileId: '00000000-0000-4000-8000-000000000000', mime: 'image/jpeg', name: 'A test picture' } as const;
export const isSample = (payload: string): boolean => (JSON.parse(payload) as { sample?: unknown }).sample === true;

export const sampleOf = (job: { kind: string; payload: string } | undefined): { path: string; mime: string } | undefined => (job?.kind === 'preview' && isSample(job.payload) ? { path: SAMPLE, mime: SAMPLE_JOB.mime } : undefined);

const GRID = 8;
/** Of 255: JPEG and WebP at small sizes stay below 4. */
const TOLERANCE = 12;
const grid = (picture: Buffer): Promise<Buffer> => sharp(picture, { limitInputPixels: 4e6 }).rotate().resize(GRID, GRID, { fit: 'fill' }).removeAlpha().toColourspace('srgb').raw().toBuffer();

/** Whether what came back shows the sample. Throws `bad_result`. */
export async function checkSample(result: unknown, pictures: Iterable<[string, Buffer]>): Promise<void> {
  const { width, height } = check(PreviewResult, result);
  const sample = await readFile(SAMPLE);
  const { autoOrient } = await sharp(sample).metadata();
  if (width !== autoOrient.width || height !== autoOrient.height) throw new MantelError('bad_result', `The test picture is ${autoOrient.width} × ${autoOrient.height}; this worker says ${width} × ${height}.`);
  const expected = await grid(sample);
  for (const [name, bytes] of pictures) {
    const got = await grid(bytes).catch(() => undefined);
    const off = got ? got.reduce((sum, v, i) => sum + Math.abs(v - expected[i]!), 0) / got.length : Infinity;
    if (off > TOLERANCE) throw new MantelError('bad_result', `The ${name} does not show the test picture.`);
  }
}

interface Job { id: number; payload: string; token: string }
interface Gate<J extends Job> { offer: (job: J) => { payload: Lease['payload']; path: string }; accept: (job: J, result: unknown) => Promise<unknown>; discard: (token: string) => Promise<void> }
/** The gate of previews, which also knows the sample: served for that lease only, looked at, thrown away. `pictures`: what was sent for a lease. */
export const withSample = <J extends Job, G extends Gate<J>>(gate: G & Gate<J>, pictures: (token: string) => Promise<[string, Buffer][]>): G => ({
  ...gate,
  offer(job: J) {
    if (!isSample(job.payload)) return gate.offer(job);
    const { fileId, mime, bytes, name } = JSON.parse(job.payload) as typeof SAMPLE_JOB & { bytes: number };
    return { payload: { fileId, mime, bytes, name }, path: `/worker/samples/${job.id}` };
  },
  async accept(job: J, result: unknown) {
    if (!isSample(job.payload)) return gate.accept(job, result);
    await checkSample(result, await pictures(job.token));
    await gate.discard(job.token);
    return {};
  },
});
interface End<J, F> { done: (sql: Sql, job: J, result: unknown) => void; failed: (sql: Sql, job: F, failure: { code: string; message: string }) => void }
/** The end of a sample means nothing to the library. */
export const withoutSample = <J extends { payload: string }, F extends { payload: string }>(end: End<J, F>): End<J, F> => ({
  done: (sql, job, result) => { if (!isSample(job.payload)) end.done(sql, job, result); },
  failed: (sql, job, failure) => { if (!isSample(job.payload)) end.failed(sql, job, failure); },
});
