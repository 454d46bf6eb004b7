// Which connections to nats-server each worker has, told by the server itself: an address, and signs of trouble that the worker cannot see.
const SETTLED_MS = 20_000; // after a silent cut the server keeps the old connection for 12.5 s
const FLAP_MS = 10 * 60_000;
/** A worker has one connection; a few more while it reconnects. */
export const MAX_LINKS = 8;

interface Link { host: string; at: number }
interface Known { open: Map<number, Link>; address: string | null; breaks: number[] }

export function createLinks({ now = Date.now, onMany = () => undefined }: { now?: () => number; /** A key with more connections than any worker has. */ onMany?: (worker: string, links: number) => void } = {}) {
  const of = new Map<string, Known>();
  const links = (worker: string): Known => of.get(worker) ?? of.set(worker, { open: new Map(), address: null, breaks: [] }).get(worker)!;
  return {
    opened(worker: string, id: number, host: string): void {
      const l = links(worker);
      l.open.set(id, { host, at: now() });
      l.address = host;
      if (l.open.size > MAX_LINKS) onMany(worker, l.open.size);
    },
    closed(worker: string, id: number, broke: boolean): void {
      const l = links(worker);
      l.open.delete(id);
      if (broke) l.breaks = [...l.breaks.filter((t) => t > now() - FLAP_MS), now()].slice(-100);
    },
    /** The server itself went away: it counts its connections anew. */
    reset: (): void => { for (const l of of.values()) l.open.clear(); },
    address: (worker: string): string | null => of.get(worker)?.address ?? null,
    /** Breaks within ten minutes. */
    flaps: (worker: string): number => (of.get(worker)?.breaks ?? []).filter((t) => t > now() - FLAP_MS).length,
    /** The addresses of two connections that both stay: no reconnect. */
    twins(worker: string): string[] | null {
      const settled = [...(of.get(worker)?.open.values() ?? [])].filter((l) => l.at < now() - SETTLED_MS);
      return settled.length > 1 ? settled.slice(0, 2).map((l) => l.host) : null;
    },
    forget: (worker: string): void => void of.delete(worker),
  };
}
export type Links = ReturnType<typeof createLinks>;
