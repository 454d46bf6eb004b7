import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { PreviewLease, PreviewResult } from '@mantel/contracts/models/job.ts';
import type { ExecutorContext } from '../context.ts';
import { IN_MEMORY_BYTES, MAX_PICTURE_BYTES, tooManyBytes } from './limits.ts';
import type { Derived } from './outputs.ts';
import { renderPicture } from './picture.ts';
import { HEAD_BYTES, sniff, type Kind } from './sniff.ts';
import { renderVideo } from './video.ts';
import { isCut } from './video-cut.ts';

type Rendered = Derived & { durationMs?: number };

const unknown = (): MantelError => new MantelError('undecodable', 'This kind of file cannot be shown. The original is kept.');

/** The first bytes, or the whole file where it is a picture of ordinary size anyway: one request instead of two. */
async function fetchStart({ bytes }: ExecutorContext, lease: PreviewLease, signal: AbortSignal): Promise<{ kind: Kind; head: Buffer; whole?: Buffer }> {
  const size = lease.payload.bytes;
  if (size <= 0) throw new MantelError('undecodable', 'This file is empty.');
  if (lease.payload.mime.startsWith('image/') && size <= IN_MEMORY_BYTES) {
    const whole = await bytes.get(lease.get, { signal, maxBytes: IN_MEMORY_BYTES });
    return { kind: sniff(whole), head: whole.subarray(0, HEAD_BYTES), whole };
  }
  const head = await bytes.getRange(lease.get, 0, Math.min(size, HEAD_BYTES) - 1, { signal });
  return { kind: sniff(head), head };
}

async function renderWithCut({ bytes, ca }: ExecutorContext, lease: PreviewLease, { head }: { head: Buffer }, signal: AbortSignal): Promise<Rendered> {
  const read = async (from: number, length: number): Promise<Buffer> => bytes.getRange(lease.get, from, from + length - 1, { signal });
  const made = await renderVideo({ url: bytes.url(lease.get), ca }, signal);
  return { ...made, truncated: await isCut(head, lease.payload.bytes, read) };
}

/** Two gigabytes over slow Wi-Fi; the lease ends it sooner when it must, and a line without progress is given up anyway. */
const SLOW_MS = 3600_000;

async function render(context: ExecutorContext, lease: PreviewLease, signal: AbortSignal): Promise<Rendered> {
  const { bytes } = context;
  const desk = { temp: context.temp, signal };
  const start = await fetchStart(context, lease, signal);
  const { kind, whole } = start;
  if (kind === 'video') return renderWithCut(context, lease, start, signal);
  if (kind === 'unknown') throw unknown();
  if (whole) return renderPicture(whole, kind, desk);
  if (lease.payload.bytes <= IN_MEMORY_BYTES) return renderPicture(await bytes.get(lease.get, { signal, maxBytes: IN_MEMORY_BYTES }), kind, desk);
  if (lease.payload.bytes > MAX_PICTURE_BYTES) throw tooManyBytes();
  const file = join(context.temp, randomUUID());
  try {
    await bytes.getToFile(lease.get, file, { signal, maxBytes: MAX_PICTURE_BYTES, limitMs: SLOW_MS });
    return await renderPicture(file, kind, desk);
  } finally { await rm(file, { force: true }); }
}

/** Makes preview, thumbnail, hashes and displayed size of one original, by what its bytes are, whatever it is called. */
export const previewExecutor = (context: ExecutorContext) => async (lease: PreviewLease, signal: AbortSignal): Promise<PreviewResult> => {
  const made = await render(context, lease, signal);
  signal.throwIfAborted();
  for (const [name, body] of [['preview', made.preview], ['thumb', made.thumb]] as const) {
    const path = lease.put[name];
    if (!path) throw new MantelError('internal', `The coordinator did not say where to put "${name}".`);
    await context.bytes.put(path, body, { signal });
  }
  return { width: made.width, height: made.height, thumbhash: made.thumbhash, dhash: made.dhash, durationMs: made.durationMs ?? null, problems: made.truncated ? ['truncated'] : [] };
};
