import { availableParallelism } from 'node:os';

/** One decoded picture is up to 256 MB here and more inside its decoder: never more at once than there are cores, and at most two. */
const PLACES = Math.min(2, availableParallelism());
/** From this size on a picture takes all places: two of 48 megapixels would need 1.3 GB. */
const ALONE_PIXELS = 16e6;

interface Waiting { places: number; give: () => void }
const waiting: Waiting[] = [];
let taken = 0;

async function turn(places: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (waiting.length === 0 && taken + places <= PLACES) { taken += places; return; }
  await new Promise<void>((resolve, reject) => {
    const entry: Waiting = { places, give: () => { signal.removeEventListener('abort', leave); resolve(); } };
    const leave = (): void => { waiting.splice(waiting.indexOf(entry), 1); next(0); reject(signal.reason as Error); };
    waiting.push(entry);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function next(places: number): void {
  taken -= places;
  for (let first = waiting[0]; first && taken + first.places <= PLACES; first = waiting[0]) {
    waiting.shift();
    taken += first.places;
    first.give();
  }
}

/** Places taken by heavy decoders, of all formats together. */
export const heavyRunning = (): number => taken;

/** Runs `work` when it is its turn among the decoders that hold whole pictures, in the order of asking; a large picture runs alone. Leaves the queue with the signal's reason when that aborts. */
export async function heavy<T>(signal: AbortSignal, pixels: number, work: () => Promise<T>): Promise<T> {
  const places = pixels >= ALONE_PIXELS ? PLACES : 1;
  await turn(places, signal);
  try {
    signal.throwIfAborted(); // it may have come between the turn and here, and an aborted signal calls no listener any more
    return await work();
  } finally { next(places); }
}
