import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Problem } from '@mantel/contracts/models/asset.ts';
import { PREVIEW_OUTPUTS, type PreviewOutput, PreviewResult } from '@mantel/contracts/models/job.ts';
import { check } from '@mantel/runtime/validate.ts';
import sharp from 'sharp';
import { logChange } from '../../db/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { UNKNOWN_MIME } from '../../library/facts/kinds.ts';
import { derivedPath, STAGING, stagedPath } from '../../library/derived.ts';
import { hopeless, isLazy, libraryOf, previewed, setPreview, setPreviewFailed, setPreviewImpossible, setPreviewWaiting, waitingWithoutJob } from './preview.repository.ts';

export interface PreviewJob { assetId: number; fileId: string; mime: string; bytes: number; name: string }
export const previewKey = (assetId: number): string => `preview:${assetId}`;
const OUTPUTS = Object.keys(PREVIEW_OUTPUTS) as PreviewOutput[];
const FORMATS = { preview: 'jpeg', thumb: 'webp' } as const;
const MAGIC: Record<PreviewOutput, (b: Buffer) => boolean> = { preview: (b) => b.readUIntBE(0, 3) === 0xffd8ff, thumb: (b) => b.toString('latin1', 0, 4) === 'RIFF' && b.toString('latin1', 8, 12) === 'WEBP' };
const STAGED = /^[\w-]{20,}-(preview|thumb|echo)(\.[0-9a-f-]{36}\.part|\.checked)?$/;
/** The bytes that were looked at, not the file that was sent: its sender might still be writing. */
const checkedPath = (token: string, output: PreviewOutput): string => stagedPath(token, `${output}.checked`);

export interface PreviewDeps { data: string; ratioByte: (width: number, height: number) => number; enqueue: (sql: Sql, job: { kind: 'preview'; key: string; libraryId: number; payload: PreviewJob; prio?: number }) => void }

/** Whether all of it is there: the thumbnail is decoded (2 CPU ms), of the preview, which would cost 9, the end mark is looked for. */
const whole = (bytes: Buffer, output: PreviewOutput): Promise<boolean> =>
  output === 'preview' ? Promise.resolve(bytes.readUInt16BE(bytes.length - 2) === 0xffd9) : sharp(bytes, { failOn: 'warning', sequentialRead: true }).resize(16, 16, { kernel: 'nearest' }).raw().toBuffer().then(() => true, () => false);

/** The job kind `preview`, as the coordinator sees it: what it asks for, how it checks what comes back, and what it writes. */
export function createPreview({ data, ratioByte, enqueue }: PreviewDeps) {
  /** Worker-made pictures are looked at before anybody else sees them: the right format by its first bytes (sharp reads many more), and a size that fits. */
  const inspect = async (file: string, output: PreviewOutput): Promise<Buffer> => {
    const bytes = await readFile(file).catch(() => undefined); // bounded: the byte route stopped at `maxBytes`
    if (!bytes?.length) throw new MantelError('bad_result', `The ${output} is missing.`);
    if (!MAGIC[output](bytes)) throw new MantelError('bad_result', `The ${output} is not a picture of the expected kind.`);
    const meta = await sharp(bytes).metadata().catch(() => undefined);
    const { width = 0, height = 0 } = meta ?? {};
    const edge = PREVIEW_OUTPUTS[output].edge;
    const fits = output === 'preview' ? Math.max(width, height) <= edge : Math.min(width, height) <= edge && Math.max(width, height) <= edge * 64;
    if (meta?.format !== FORMATS[output] || !fits) throw new MantelError('bad_result', `The ${output} is not a picture of the expected kind.`);
    if (!(await whole(bytes, output))) throw new MantelError('bad_result', `The ${output} is damaged.`);
    return bytes;
  };

  /** A job, or at once the answer that no worker could give a better one. */
  const ask = (sql: Sql, asset: PreviewJob, prio = 0): boolean => {
    if (asset.mime === UNKNOWN_MIME || hopeless(sql, asset.assetId)) {
      setPreviewImpossible(sql, asset.assetId);
      return false;
    }
    enqueue(sql, { kind: 'preview', key: previewKey(asset.assetId), libraryId: libraryOf(sql, asset.assetId), payload: asset, prio });
    return true;
  };

  const askWaiting = (sql: Sql, only?: number[]): number => waitingWithoutJob(sql, only).filter((asset) => ask(sql, asset)).length;

  return {
    /** Not for what waits until somebody looks. */
    enqueue: (sql: Sql, asset: PreviewJob, prio = 0): void => void (isLazy(sql, asset.assetId) || ask(sql, asset, prio)),
    /** From the beginning, whatever was known before. */
    restart(sql: Sql, asset: PreviewJob, prio: number): void {
      setPreviewWaiting(sql, asset.assetId);
      ask(sql, asset, prio);
    },
    /** Assets that wait although nobody will do their job (it was cancelled): asks again. `only`: of these, also those that wait until somebody looks. */
    enqueueWaiting: askWaiting,
    /** A derivative is gone or was never made: ask for it again. */
    again(sql: Sql, asset: PreviewJob): void {
      setPreviewWaiting(sql, asset.assetId);
      ask(sql, asset, 10);
    },
    /** Checks a result and keeps its pictures until it counts: `end.done` puts them in place, `discard` removes them. The version is a hash of both pictures, so an address never changes its content. */
    async accept(job: PreviewJob, token: string, result: unknown): Promise<{ version: string }> {
      check(PreviewResult, result);
      const hash = createHash('sha256');
      for (const output of OUTPUTS) {
        const bytes = await inspect(join(data, stagedPath(token, output)), output);
        hash.update(bytes);
        await writeFile(join(data, checkedPath(token, output)), bytes);
      }
      const version = hash.digest('hex').slice(0, 12);
      for (const output of OUTPUTS) await mkdir(dirname(join(data, derivedPath(job.fileId, output, version))), { recursive: true });
      return { version };
    },
    /** What was sent for a lease, looked at as always. Throws `bad_result`. */
    look: (token: string): Promise<[PreviewOutput, Buffer][]> => Promise.all(OUTPUTS.map(async (o): Promise<[PreviewOutput, Buffer]> => [o, await inspect(join(data, stagedPath(token, o)), o)])),
    async discard(token: string): Promise<void> {
      for (const output of OUTPUTS) for (const path of [stagedPath, checkedPath]) await rm(join(data, path(token, output)), { force: true });
    },
    /** Removes what was sent for leases that ended in another way (a worker that went away in the middle). */
    async sweep(leases: () => { token: string }[]): Promise<void> {
      const entries = await readdir(join(data, STAGING), { withFileTypes: true }).catch(() => []);
      const held = leases(); // after the look into the folder: what came in between belongs to somebody
      for (const entry of entries) {
        if (entry.isFile() && STAGED.test(entry.name) && !held.some((l) => entry.name.startsWith(`${l.token}-`))) await rm(join(data, STAGING, entry.name), { force: true });
      }
    },
    end: {
      /** In the transaction that knows whether the lease still holds: a result that comes too late leaves no pictures that nobody owns. */
      done(sql: Sql, job: { payload: string; token: string }, result: unknown): void {
        const { assetId, fileId } = JSON.parse(job.payload) as PreviewJob;
        const asset = previewed(sql, assetId);
        if (!asset) return; // deleted meanwhile
        if (asset.shown !== fileId) return void askWaiting(sql, [assetId]); // another file is shown by now
        const r = result as PreviewResult & { version: string };
        for (const output of OUTPUTS) renameSync(join(data, checkedPath(job.token, output)), join(data, derivedPath(fileId, output, r.version)));
        const kept = (JSON.parse(asset.problems) as Problem[]).filter((p) => p !== 'undecodable' && p !== 'too_large' && p !== 'encrypted' && p !== 'truncated');
        // the worker has seen the pixels; but of a RAW file it has only seen the smaller picture inside
        const size = (asset.width ?? 0) * (asset.height ?? 0) > r.width * r.height ? { width: asset.width!, height: asset.height! } : { width: r.width, height: r.height };
        setPreview(sql, assetId, { ...r, ...size, ratio: ratioByte(r.width, r.height), allProblems: [...kept, ...r.problems] });
        logChange(sql, 'asset', asset.uuid, 'update', { libraryId: asset.libraryId });
      },
      failed(sql: Sql, job: { payload: string }, failure: { code: string }): void {
        const { assetId, fileId } = JSON.parse(job.payload) as PreviewJob;
        const asset = previewed(sql, assetId);
        if (!asset) return;
        if (asset.shown !== fileId) return void askWaiting(sql, [assetId]);
        // only what was said of the picture itself is a fact of it; a worker that went away is not
        const problems = JSON.parse(asset.problems) as Problem[];
        const said = failure.code === 'too_large' || failure.code === 'undecodable' || failure.code === 'encrypted' ? [failure.code as Problem] : [];
        setPreviewFailed(sql, assetId, [...new Set([...problems, ...said])]);
        logChange(sql, 'asset', asset.uuid, 'update', { libraryId: asset.libraryId });
      },
    },
  };
}
export type Preview = ReturnType<typeof createPreview>;
