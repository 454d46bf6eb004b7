import { Worker } from 'node:worker_threads';
import type { Metadata } from 'sharp';
import { MantelError } from '@mantel/contracts/errors.ts';
import { loadSharp } from '../../sharp.ts';
import type { HeicReply, HeicRequest } from './heic-thread.ts';
import { heavy, heavyRunning } from './gate.ts';
import { heifFacts, type HeifFacts } from './heif-boxes.ts';
import { usableProfile } from './icc.ts';
import { checkPixels, maxPixels, TIME_LIMIT_MS, tooManyPixels } from './limits.ts';
import { sideways } from './orient.ts';
import type { Derived } from './outputs.ts';
import { renderPixels } from './pixels.ts';
import { readDirectories, TAG } from './tiff-tags.ts';

/** A thread that is kept for the next picture: compiling the decoder costs as much as a small picture. */
const IDLE_MS = 5000;

interface Thread { worker: Worker; idle?: NodeJS.Timeout; drop?: () => void }
const free: Thread[] = [];
let alive = 0;

function borrow(): Thread {
  const kept = free.pop();
  if (!kept) {
    const worker = new Worker(new URL('./heic-thread.ts', import.meta.url), { stdout: true, stderr: true, env: {} });
    alive++;
    worker.once('exit', () => { alive--; });
    worker.stdout.resume(); // the decoder talks; unread words would pile up
    worker.stderr.resume();
    return { worker };
  }
  clearTimeout(kept.idle);
  if (kept.drop) kept.worker.off('error', kept.drop);
  kept.worker.ref();
  return kept;
}

function giveBack(thread: Thread): void {
  const drop = (): void => { clearTimeout(thread.idle); const at = free.indexOf(thread); if (at >= 0) free.splice(at, 1); void thread.worker.terminate(); };
  thread.drop = drop;
  thread.idle = setTimeout(drop, IDLE_MS).unref();
  thread.worker.on('error', drop).unref();
  free.push(thread);
}

/** Decoder threads: at work, kept for the next picture, not ended yet. */
export const heicThreads = (): { running: number; idle: number; alive: number } => ({ running: heavyRunning(), idle: free.length, alive });
/** Ends the idle threads, at the end of a worker. */
export async function closeHeic(): Promise<void> {
  await Promise.all(free.splice(0).map((t) => { clearTimeout(t.idle); return t.worker.terminate(); }));
}

/** The next message of a thread; an error or an early end of the thread is the picture's fault. Leaves no listener behind (removeAllListeners would also remove node's own). */
function answer({ worker }: Thread, stop: AbortSignal, why: () => Error): Promise<HeicReply> {
  const gaveUp = (detail: string): MantelError => new MantelError('undecodable', `The decoder gave up on this picture${detail}.`);
  return new Promise((resolve, reject) => {
    const message = (reply: HeicReply): void => { rest(); resolve(reply); };
    const error = (e: Error): void => { rest(); reject(gaveUp(`: ${e.message}`)); };
    const exit = (): void => { rest(); reject(gaveUp('')); };
    const abort = (): void => { rest(); reject(why()); };
    const rest = (): void => { worker.off('message', message).off('error', error).off('exit', exit); stop.removeEventListener('abort', abort); };
    worker.on('message', message).on('error', error).on('exit', exit);
    stop.addEventListener('abort', abort, { once: true });
  });
}

const decode = (request: HeicRequest, pixels: number, signal: AbortSignal, limitMs: number): Promise<HeicReply> => heavy(signal, pixels, async () => {
  let thread: Thread | undefined;
  try {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    thread = borrow();
    const reply = answer(thread, stop, () => (signal.aborted ? signal.reason as Error : new MantelError('timeout', 'This picture took too long to decode.')));
    thread.worker.postMessage(request);
    const result = await reply;
    giveBack(thread);
    return result;
  } catch (e) {
    thread?.worker.on('error', () => undefined); // an error on its way must not end the process
    void thread?.worker.terminate();
    throw e;
  }
});

/** What a cut file may be filled up to. */
const MAX_FILL_BYTES = 64 << 20;

/** Missing bytes become zeros: libheif refuses a file whose data end too early, but shows damaged ones. */
function filled(file: Buffer, length: number): Buffer | undefined {
  if (length <= file.length || length - file.length > MAX_FILL_BYTES) return undefined;
  return Buffer.concat([file, Buffer.alloc(length - file.length)]);
}

/** HEIC and HEIF: the primary picture, upright. Throws `too_large`, `undecodable`, `timeout`; on abort the signal's reason, with the thread ended. */
export async function renderHeic(file: Buffer, signal: AbortSignal, limitMs = TIME_LIMIT_MS): Promise<Derived> {
  const max = maxPixels('heic');
  const facts = heifFacts(file);
  if (facts.size) checkPixels('heic', facts.size.width, facts.size.height);
  const count = facts.size ? facts.size.width * facts.size.height : 0;
  let reply = await decode({ file, maxPixels: max }, count, signal, limitMs);
  const whole = 'error' in reply ? filled(file, facts.length) : undefined;
  if (whole) reply = await decode({ file: whole, maxPixels: max }, count, signal, limitMs);
  if ('tooLarge' in reply) throw tooManyPixels(reply.tooLarge, max);
  if ('error' in reply) throw new MantelError('undecodable', `This picture cannot be decoded: ${reply.error.slice(0, 300)}`);
  const { width, height } = reply;
  const about = await metadata(file);
  const pixels = { data: Buffer.from(reply.rgba), width, height, channels: 4 as const };
  return renderPixels(pixels, { icc: usableProfile(about?.icc) ? about.icc : undefined, orientation: forgotten(facts, about?.exif), truncated: facts.length > file.length });
}

/** libheif-js hands out pixels only; sharp reads the container's header, also of a HEIC that it cannot decode. */
async function metadata(file: Buffer): Promise<Metadata | undefined> {
  const sharp = await loadSharp();
  return sharp(file, { failOn: 'none' }).metadata().catch(() => undefined);
}

/**
 * EXIF orientation does not count in a HEIF: rotation is a property of the picture (irot, imir), which libheif applies; programs that turn pixels leave the EXIF as it was.
 * One case is told apart: camera programs (ProCam, for one) that write no such property at all and a quarter turn in the EXIF only. There the sizes in the EXIF
 * are the stored, unturned ones; a program that had turned the pixels would have exchanged them.
 */
function forgotten({ size, turns }: HeifFacts, exif: Buffer | undefined): number {
  if (turns || !size || !exif || size.width === size.height) return 1;
  const body = exif.subarray(exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0);
  const directories = readDirectories({ length: body.length, read: (from, length) => body.subarray(from, from + length) });
  const value = (tag: number): number | undefined => directories.find((d) => d.has(tag))?.get(tag)?.[0];
  const orientation = value(TAG.orientation) ?? 1;
  return sideways(orientation) && value(TAG.exifWidth) === size.width && value(TAG.exifHeight) === size.height ? orientation : 1;
}
