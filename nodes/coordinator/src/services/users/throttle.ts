/**
 * Counts failures per key in a sliding window. Login tries are limited per address by the route and per account by this,
 * so that many addresses together cannot guess one password. Bounded: the oldest keys are forgotten first.
 */
export function createThrottle({ max, windowMs, keys = 10_000, now = Date.now }: { max: number; windowMs: number; keys?: number; now?: () => number }) {
  const seen = new Map<string, number[]>();
  const recent = (key: string): number[] => (seen.get(key) ?? []).filter((t) => t > now() - windowMs);
  return {
    blocked: (key: string): boolean => recent(key).length >= max,
    fail(key: string): void {
      const times = [...recent(key), now()];
      seen.delete(key);
      seen.set(key, times);
      if (seen.size > keys) seen.delete(seen.keys().next().value!);
    },
    clear: (key: string): void => void seen.delete(key),
  };
}
export type Throttle = ReturnType<typeof createThrottle>;
