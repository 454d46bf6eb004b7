// How often strangers may speak. Bounded memory: a flood from many addresses pushes out the oldest, never the house.
import { isIPv6 } from 'node:net';

/** Whose doing it is: an IPv4 address, or the half of an IPv6 address that a network gives to one house. */
export function origin(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::') as [string, string?];
  const groups = [...head.split(':').filter(Boolean), ...(tail === undefined ? [] : Array.from({ length: 8 }, () => '0'))];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Token buckets by key: `burst` at once, then `perSecond`. The least recently used keys are forgotten first. */
export function createBuckets({ burst, perSecond, keys = 1000, now }: { burst: number; perSecond: number; keys?: number; now: () => number }) {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key: string): boolean {
      const t = now();
      const before = buckets.get(key) ?? { left: burst, at: t };
      const left = Math.min(burst, before.left + (Math.max(0, t - before.at) / 1000) * perSecond); // a clock that goes back gives nothing
      buckets.delete(key);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: t });
      if (buckets.size > keys) buckets.delete(buckets.keys().next().value!);
      return left >= 1;
    },
    get size() { return buckets.size; },
  };
}
