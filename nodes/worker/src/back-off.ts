import { setTimeout as sleep } from 'node:timers/promises';

/** Growing pauses with jitter, so that many workers do not come back in the same instant. `pause` ends early when `signal` aborts. */
export function backOff(firstMs: number, maxMs: number): { pause(signal?: AbortSignal): Promise<void>; reset(): void } {
  let next = firstMs;
  return {
    async pause(signal) {
      const ms = next * (0.75 + Math.random() * 0.5);
      next = Math.min(next * 2, maxMs);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    },
    reset() { next = firstMs; },
  };
}
