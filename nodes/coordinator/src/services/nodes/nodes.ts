import { MantelError } from '@mantel/contracts/errors.ts';
import type { Node } from '@mantel/contracts/models/job.ts';
import type { WorkerEntry } from '../../cluster/cluster.ts';

const LOST_MS = 15_000;
export const PROTOCOL = 1;

/** Which workers there are and when each was last heard; tokens decide who is who, because the sender of a request can be forged. */
export function createNodes({ workers, running, now = Date.now }: { workers: () => WorkerEntry[]; running: () => Map<string, number>; now?: () => number }) {
  const seen = new Map<string, { at: number; version?: string; connected: boolean }>();
  return {
    /** The worker that a token belongs to. */
    who(auth: string): WorkerEntry {
      const entry = workers().find((w) => w.token === auth);
      if (!entry) throw new MantelError('unknown_worker');
      seen.set(entry.id, { ...seen.get(entry.id), at: now(), connected: true });
      return entry;
    },
    hello(id: string, proto: { min: number; max: number }, version: string): { ok: boolean; proto: number; id: string; upgrade?: string } {
      seen.set(id, { at: now(), version, connected: true });
      if (proto.min > PROTOCOL) return { ok: false, proto: PROTOCOL, id, upgrade: 'coordinator' };
      return proto.max < PROTOCOL ? { ok: false, proto: PROTOCOL, id, upgrade: 'worker' } : { ok: true, proto: PROTOCOL, id };
    },
    gone(id: string): void {
      const last = seen.get(id);
      if (last) seen.set(id, { ...last, connected: false });
    },
    list(): Node[] {
      const busy = running();
      return workers().map((w) => {
        const last = seen.get(w.id);
        const n = busy.get(w.id) ?? 0;
        const lost = !last || (!last.connected || last.at < now() - LOST_MS) && n === 0;
        return { id: w.id, name: w.name, local: w.local, state: lost ? 'lost' : n > 0 ? 'busy' : 'online', running: n, lastSeenAt: last ? new Date(last.at).toISOString() : null, version: last?.version ?? null };
      });
    },
  };
}
export type Nodes = ReturnType<typeof createNodes>;
