// How much one worker may ask. A good one makes a few requests per job; a broken or hostile one must not take the time of the others.
import type { Admit } from '@mantel/runtime/work-transport.ts';

/** Per second, in units of a request of 16 KB; a burst of two seconds' worth. */
const RATE = 600;
const BURST = 1200;
const UNIT_BYTES = 16 << 10;
/** A refusal costs as much as an answer: beyond a few, requests are not even read. */
const REFUSALS_RATE = 10;
const MINUTE = 60_000;

interface Bucket { tokens: number; refusals: number; at: number; refused: number; refusedBytes: number; minute: number; lastMinute: number }

/** So much refused within a minute is a flood. */
export const FLOOD = 20_000;
export const FLOOD_BYTES = 48 << 20;
export function createLimits({ now = Date.now, onFlood = () => undefined, known = () => true }: { now?: () => number; onFlood?: (worker: string, refused: number) => void; /** Whether there is such a worker; nothing is kept of others. */ known?: (worker: string) => boolean } = {}) {
  const buckets = new Map<string, Bucket>();
  const turn = (b: Bucket): void => {
    const minute = Math.floor(now() / MINUTE);
    if (minute === b.minute) return;
    b.lastMinute = minute === b.minute + 1 ? b.refused : 0;
    b.refused = 0;
    b.refusedBytes = 0;
    b.minute = minute;
  };
  const admit: Admit = (worker, bytes) => {
    let b = buckets.get(worker);
    if (!b) {
      if (!known(worker)) return 'drop';
      b = { tokens: BURST, refusals: REFUSALS_RATE, at: now(), refused: 0, refusedBytes: 0, minute: Math.floor(now() / MINUTE), lastMinute: 0 };
      buckets.set(worker, b);
    }
    const seconds = Math.max(0, now() - b.at) / 1000;
    b.at = now();
    b.tokens = Math.min(BURST, b.tokens + seconds * RATE);
    b.refusals = Math.min(REFUSALS_RATE, b.refusals + seconds * REFUSALS_RATE);
    const cost = 1 + Math.floor(bytes / UNIT_BYTES);
    if (b.tokens >= cost) {
      b.tokens -= cost;
      return 'take';
    }
    turn(b);
    b.refused++;
    b.refusedBytes += bytes;
    if (b.refused >= FLOOD || b.refusedBytes >= FLOOD_BYTES) onFlood(worker, b.refused);
    if (b.refusals < 1 || bytes > UNIT_BYTES) return 'drop';
    b.refusals--;
    return 'refuse';
  };
  return {
    admit,
    /** Requests refused in this minute and the one before. */
    refused(worker: string): number {
      const b = buckets.get(worker);
      if (!b) return 0;
      turn(b);
      return b.refused + b.lastMinute;
    },
    forget: (worker: string): void => void buckets.delete(worker),
  };
}
export type Limits = ReturnType<typeof createLimits>;
