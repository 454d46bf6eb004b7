import { Worker } from 'node:worker_threads';
import { MantelError } from '@mantel/contracts/errors.ts';
import { loadSharp } from '../../sharp.ts';
import type { HeicReply, HeicRequest } from './heic-thread.ts';
import { heavy, heavyRunning } from './gate.ts';
import { usableProfile, withProfile } from './icc.ts';
import { maxPixels, TIME_LIMIT_MS, tooManyPixels } from './limits.ts';
import { fromPreview, panoramaThumb, toPreview, type Derived } from './outputs.ts';

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

const decode = (request: HeicRequest, signal: AbortSignal, limitMs: number): Promise<HeicReply> => heavy(signal, async () => {
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

/** HEIC and HEIF: the primary picture, upright as its container says. Throws `too_large`, `undecodable`, `timeout`; on abort the signal's reason, with the thread ended. */
export async function renderHeic(file: Buffer, signal: AbortSignal, limitMs = TIME_LIMIT_MS): Promise<Derived> {
  const max = maxPixels('heic');
  const reply = await decode({ file, maxPixels: max }, signal, limitMs);
  if ('tooLarge' in reply) throw tooManyPixels(reply.tooLarge, max);
  if ('error' in reply) throw new MantelError('undecodable', `This picture cannot be decoded: ${reply.error.slice(0, 300)}`);
  const sharp = await loadSharp();
  const { width, height } = reply;
  const open = (): ReturnType<typeof sharp> => sharp(Buffer.from(reply.rgba), { raw: { width, height, channels: 4 }, limitInputPixels: max }).flatten({ background: '#ffffff' });
  const icc = await profile(file);
  const dress = (jpeg: Buffer): Buffer => (icc ? withProfile(jpeg, icc) : jpeg);
  const preview = dress(await toPreview(open()).toBuffer());
  const wide = panoramaThumb({ width, height });
  const pixels = wide && dress(await open().resize({ ...wide, fit: 'fill' }).jpeg({ quality: 95 }).toBuffer());
  return { preview, width, height, truncated: false, ...(await fromPreview(preview, pixels)) };
}

/** libheif-js hands out pixels only; sharp reads the container's header, also of a HEIC that it cannot decode. */
async function profile(file: Buffer): Promise<Buffer | undefined> {
  const sharp = await loadSharp();
  const icc = await sharp(file, { failOn: 'none' }).metadata().then((m) => m.icc, () => undefined);
  return usableProfile(icc) ? icc : undefined;
}
