// Loaded before the coordinator (--import): on SIGUSR2 prints how late its event loop was since the last time, in ms.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 1;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    const late = (p: number): number => Math.max(0, delay.percentile(p) / 1e6 - RESOLUTION_MS);
    process.stderr.write(`loop lag ${JSON.stringify({ p50: late(50), p99: late(99), max: delay.max / 1e6, count: delay.count })}\n`);
    delay.reset();
  });
}
