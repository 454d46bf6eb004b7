import { availableParallelism } from 'node:os';

/** One decoded picture is up to 256 MB here and more inside its decoder: never more at once than there are cores, and at most two. */
const MAX = Math.min(2, availableParallelism());

const waiting: (() => void)[] = [];
let running = 0;

async function turn(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (running < MAX) { running++; return; }
  await new Promise<void>((resolve, reject) => {
    const give = (): void => { signal.removeEventListener('abort', leave); resolve(); };
    const leave = (): void => { waiting.splice(waiting.indexOf(give), 1); reject(signal.reason as Error); };
    waiting.push(give);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function next(): void {
  const give = waiting.shift();
  if (give) give(); else running--;
}

/** Heavy decoders at work, of all formats together. */
export const heavyRunning = (): number => running;

/** Runs `work` when it is its turn among the decoders that hold whole pictures. Leaves the queue with the signal's reason when that aborts. */
export async function heavy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await turn(signal);
  try {
    signal.throwIfAborted(); // it may have come between the turn and here, and an aborted signal calls no listener any more
    return await work();
  } finally { next(); }
}
