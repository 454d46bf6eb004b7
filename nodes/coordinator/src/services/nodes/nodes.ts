import { MantelError } from '@mantel/contracts/errors.ts';
import type { GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import { DEFAULT_SETTINGS, type Node, type NodeLoad, type NodeState, PROTOCOL } from '@mantel/contracts/models/node.ts';
import type { WorkerEntry } from '../../cluster/cluster.ts';
import type { Database } from '../../db/database.ts';
import * as repo from './nodes.repository.ts';

const LOST_MS = 15_000; // without a word
const ASLEEP_MS = 5 * 60_000; // after this it is a PC that was switched off, not a fault
const REPORT_MS = 3000;

interface Presence { at: number; connected: boolean; load: NodeLoad | null; outdated: 'worker' | 'coordinator' | null }
const iso = (ms: number): string => new Date(ms).toISOString();

/** Which workers there are and when each was last heard; tokens decide who is who, because the sender of a request can be forged. */
export function createNodes({ db, workers, now = Date.now }: { db: Database; workers: () => WorkerEntry[]; now?: () => number }) {
  const seen = new Map<string, Presence>();
  const known = (id: string): Presence => seen.get(id) ?? { at: 0, connected: false, load: null, outdated: null };
  const note = (id: string, what: Partial<Presence>): void => void seen.set(id, { ...known(id), ...what });
  const stateOf = (p: Presence, row: repo.NodeRow | undefined, busy: boolean): NodeState => {
    if (!busy && (!p.connected || p.at < now() - LOST_MS)) {
      const last = Math.max(p.at, row?.lastSeenAt ?? 0);
      return row?.ended === 'cut' && last > now() - ASLEEP_MS ? 'lost' : row?.ended === null && last > 0 ? 'lost' : 'asleep';
    }
    if (p.outdated) return 'outdated';
    if (busy) return 'busy';
    return row?.settings.paused ? 'paused' : 'online';
  };
  return {
    /** The worker that a token belongs to. */
    who(auth: string): WorkerEntry {
      const entry = workers().find((w) => w.token === auth);
      if (!entry) throw new MantelError('unknown_worker');
      note(entry.id, { at: now(), connected: true });
      return entry;
    },
    async hello(id: string, p: Pick<GatewayParams<'nodes.hello'>, 'proto' | 'version' | 'caps' | 'build'>): Promise<GatewayResult<'nodes.hello'>> {
      const outdated = p.proto.min > PROTOCOL.max ? 'coordinator' : p.proto.max < PROTOCOL.min ? 'worker' : null;
      note(id, { at: now(), connected: true, outdated });
      await db.writeSql((sql) => {
        repo.ensureNode(sql, id, now());
        repo.greeted(sql, id, { caps: p.caps ?? null, version: p.version, build: p.build ?? null, now: now() });
      });
      const proto = Math.min(p.proto.max, PROTOCOL.max);
      return outdated ? { ok: false, proto: PROTOCOL.max, id, upgrade: outdated } : { ok: true, proto, id };
    },
    report(id: string, { load }: Pick<GatewayParams<'nodes.report'>, 'load'>): GatewayResult<'nodes.report'> {
      note(id, { load });
      return { ok: true, log: false, everyMs: REPORT_MS };
    },
    /** It said good-bye. */
    async ended(id: string, how: 'stop' | 'sleep'): Promise<void> {
      note(id, { connected: false, load: null });
      await db.writeSql((sql) => repo.endedNode(sql, id, how, now()));
    },
    /** Its connection ended; after a good-bye that is no news. */
    async cut(id: string): Promise<void> {
      if (!known(id).connected) return;
      note(id, { connected: false, load: null });
      await db.writeSql((sql) => repo.endedNode(sql, id, 'cut', now()));
    },
    list(): Node[] {
      const rows = repo.nodeRows(db.sql);
      const running = repo.runningJobs(db.sql);
      return workers().map((w) => {
        const row = rows.get(w.id);
        const p = known(w.id);
        const mine = running.filter((j) => j.worker === w.id);
        const last = Math.max(p.at, row?.lastSeenAt ?? 0);
        return {
          id: w.id, name: w.name, local: w.local, state: stateOf(p, row, mine.length > 0), trouble: null, running: mine.map((j) => ({ id: j.id, kind: j.kind, name: j.name, startedAt: iso(j.startedAt) })),
          load: p.load, caps: row?.caps ?? null, kinds: [], settings: row?.settings ?? DEFAULT_SETTINGS, tests: [], address: row?.address ?? null, version: row?.version ?? null, update: 'none', backlogWithout: null,
          lastSeenAt: last ? iso(last) : null, joinedAt: row?.joinedAt ? iso(row.joinedAt) : null,
        };
      });
    },
  };
}
export type Nodes = ReturnType<typeof createNodes>;
