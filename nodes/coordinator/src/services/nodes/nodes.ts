import { MantelError } from '@mantel/contracts/errors.ts';
import type { GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import { DEFAULT_SETTINGS, type Node, type NodeKind, type NodeLoad, type NodeState, type NodeTest, PROTOCOL, type Rest } from '@mantel/contracts/models/node.ts';
import type { WorkerEntry } from '../../cluster/cluster.ts';
import type { Database } from '../../db/database.ts';
import type { Limits } from './limits.ts';
import type { Links } from './links.ts';
import { createLogs } from './logs.ts';
import * as repo from './nodes.repository.ts';
import { type Outdated, stateOf, troubleOf } from './state.ts';

const REPORT_MS = 3000;
const LOOKED_AT_MS = 1000; // while somebody reads its log
/** Hellos of one worker within ten seconds; a good one says one, and one more after each failure. */
const HELLOS = 30;
const HELLOS_MS = 10_000;

interface Presence { at: number; connected: boolean; /** It said good-bye: what it still hands in does not bring it back, its next hello does. */ left: boolean; load: NodeLoad | null; outdated: Outdated; /** By its own decision. */ drained: boolean; clockMs: number; kinds: readonly string[] }
const iso = (ms: number): string => new Date(ms).toISOString();
const ABSENT: Presence = { at: 0, connected: false, left: false, load: null, outdated: null, drained: false, clockMs: 0, kinds: [] };

/** What others know of a worker; each is asked for the list. */
export interface NodeParts {
  rest: (id: string) => Rest | null;
  kinds: (id: string) => NodeKind[];
  backlogWithout: (id: string) => number | null;
  tests: (id: string) => NodeTest[];
  update: (row: repo.NodeRow, local: boolean) => { update: Node['update']; trouble: string | null };
  shutOutUntil: (id: string) => number;
}
const NO_PARTS: NodeParts = { rest: () => null, kinds: () => [], backlogWithout: () => null, tests: () => [], update: () => ({ update: 'none', trouble: null }), shutOutUntil: () => 0 };
export interface NodesDeps { db: Database; workers: () => WorkerEntry[]; links?: Links; limits?: Pick<Limits, 'refused'>; parts?: Partial<NodeParts>; onChange?: () => void; now?: () => number }

/** Which workers there are and when each was last heard; tokens decide who is who. */
export function createNodes({ db, workers, links, limits, parts: given = {}, onChange = () => undefined, now = Date.now }: NodesDeps) {
  const parts: NodeParts = { ...NO_PARTS, ...given };
  const seen = new Map<string, Presence>();
  const unsaved = new Set<string>();
  const hellos = new Map<string, { n: number; since: number }>();
  const logs = createLogs(now);
  const known = (id: string): Presence => seen.get(id) ?? ABSENT;
  const note = (id: string, what: Partial<Presence>): void => void seen.set(id, { ...known(id), ...what });
  const has = (id: string): boolean => workers().some((w) => w.id === id);
  const entryOf = (id: string): WorkerEntry => {
    const entry = workers().find((w) => w.id === id);
    if (!entry) throw new MantelError('not_found', 'There is no such worker.');
    return entry;
  };
  const leave = async (id: string, how: 'stop' | 'sleep' | 'cut', left = true): Promise<void> => {
    note(id, { connected: false, load: null, left });
    if (has(id)) await db.writeSql((sql) => repo.endedNode(sql, id, how, now()));
    onChange();
  };
  const stateIn = (id: string, row: repo.NodeRow | undefined, busy: boolean): NodeState => {
    const p = known(id);
    return stateOf({ heard: Math.max(p.at, row?.lastSeenAt ?? 0), connected: p.connected, ended: row?.ended ?? null, outdated: p.outdated, rest: parts.rest(id), busy }, now());
  };

  function view(w: WorkerEntry, row: repo.NodeRow | undefined, running: Node['running'], all: WorkerEntry[]): Node {
    const p = known(w.id);
    const state = stateIn(w.id, row, running.length > 0);
    const here = state !== 'asleep' && state !== 'lost';
    const kinds = parts.kinds(w.id);
    const address = links?.address(w.id) ?? row?.address ?? null;
    const { update, trouble } = row ? parts.update(row, w.local) : { update: 'none' as const, trouble: null };
    const sharing = address === null ? undefined : all.find((o) => o.id !== w.id && links?.address(o.id) === address);
    const last = Math.max(p.at, row?.lastSeenAt ?? 0);
    return {
      id: w.id, name: w.name, local: w.local, state, resting: state === 'resting' ? parts.rest(w.id) as 'hours' | 'owner' : null, running, load: here ? p.load : null, caps: row?.caps ?? null, kinds, settings: row?.settings ?? DEFAULT_SETTINGS, tests: parts.tests(w.id),
      trouble: troubleOf({
        outdated: here ? p.outdated : null, load: here ? p.load : null, missing: row?.caps?.missing ?? [], kinds, twins: links?.twins(w.id) ?? null, flaps: links?.flaps(w.id) ?? 0, address, sharing: sharing?.name ?? null,
        refused: limits?.refused(w.id) ?? 0, shutOutUntil: parts.shutOutUntil(w.id), clockMs: here ? p.clockMs : 0, drainedThere: here && p.drained && update !== 'running', more: trouble,
      }, now()),
      address, version: row?.version ?? null, update, backlogWithout: parts.backlogWithout(w.id), lastSeenAt: last ? iso(last) : null, joinedAt: row?.joinedAt ? iso(row.joinedAt) : null,
    };
  }
  function list(): Node[] {
    const rows = repo.nodeRows(db.sql);
    const running = repo.runningJobs(db.sql);
    const all = workers();
    return all.map((w) => view(w, rows.get(w.id), running.filter((j) => j.worker === w.id).map((j) => ({ id: j.id, kind: j.kind, name: j.name, startedAt: iso(j.startedAt) })), all));
  }
  let shown = '';

  return {
    /** The worker that a token belongs to; `from`: whose key the request came with. */
    who(auth: string, from?: string): WorkerEntry {
      const entry = workers().find((w) => w.token === auth);
      if (!entry || (from !== undefined && from !== entry.id)) throw new MantelError('unknown_worker');
      note(entry.id, { at: now(), connected: !known(entry.id).left });
      unsaved.add(entry.id);
      return entry;
    },
    mayGreet(id: string): boolean {
      const h = hellos.get(id);
      if (!h || h.since <= now() - HELLOS_MS || h.since > now()) {
        hellos.set(id, { n: 1, since: now() });
        return true;
      }
      return ++h.n <= HELLOS;
    },
    async hello(id: string, p: Pick<GatewayParams<'nodes.hello'>, 'proto' | 'version' | 'caps' | 'build' | 'kinds'>): Promise<GatewayResult<'nodes.hello'>> {
      const outdated = p.proto.min > PROTOCOL.max ? 'coordinator' : p.proto.max < PROTOCOL.min ? 'worker' : null;
      note(id, { at: now(), connected: true, left: false, outdated, kinds: p.kinds });
      const address = links?.address(id) ?? null;
      await db.writeSql((sql) => {
        repo.ensureNode(sql, id, now());
        repo.greeted(sql, id, { caps: p.caps ?? null, version: p.version, build: p.build ?? null, address, now: now() });
      });
      onChange();
      const proto = Math.min(p.proto.max, PROTOCOL.max);
      return outdated ? { ok: false, proto: PROTOCOL.max, id, upgrade: outdated } : { ok: true, proto, id };
    },
    report(id: string, { load, log, clock, drained = false }: Pick<GatewayParams<'nodes.report'>, 'load' | 'log' | 'clock' | 'drained'>): GatewayResult<'nodes.report'> {
      note(id, { load, drained, clockMs: clock === undefined ? 0 : clock - now() });
      if (log) logs.came(id, log);
      onChange();
      return { ok: true, log: logs.wanted(id), everyMs: logs.wanted(id) ? LOOKED_AT_MS : REPORT_MS };
    },
    /** It said good-bye. */
    ended: (id: string, how: 'stop' | 'sleep'): Promise<void> => leave(id, how),
    /** Its connection ended; after a good-bye that is no news. */
    cut: async (id: string, { silent = false } = {}): Promise<void> => {
      if (known(id).connected) await leave(id, silent && !repo.runningJobs(db.sql).some((j) => j.worker === id) ? 'sleep' : 'cut', false);
    },
    /** It is not let in any more. */
    async forget(id: string): Promise<void> {
      seen.delete(id);
      unsaved.delete(id);
      hellos.delete(id);
      logs.forget(id);
      links?.forget(id);
      await db.writeSql((sql) => repo.removeNode(sql, id));
      onChange();
    },
    list,
    connected: (id: string): boolean => known(id).connected,
    has,
    /** It takes no work by its own decision. */
    drainedThere: (id: string): boolean => known(id).connected && known(id).drained,
    state: (id: string): NodeState => stateIn(id, repo.nodeRow(db.sql, id), repo.runningJobs(db.sql).some((j) => j.worker === id)),
    entryOf,
    /** Kinds that it asked for in its hello. */
    kindsOf: (id: string): readonly string[] => known(id).kinds,
    capsOf: (id: string) => repo.nodeRow(db.sql, id)?.caps ?? null,
    settingsOf: (id: string) => repo.nodeRow(db.sql, id)?.settings ?? DEFAULT_SETTINGS,
    log(id: string): { lines: string[]; live: boolean } {
      entryOf(id);
      const p = known(id);
      return { lines: logs.look(id), live: p.connected && !['asleep', 'lost'].includes(stateIn(id, repo.nodeRow(db.sql, id), false)) };
    },
    /** A worker that only stays silent becomes lost, then asleep, without an event. */
    tick(): void {
      const now_ = list().map((n) => `${n.id} ${n.state} ${n.trouble}`).join('\n');
      if (now_ !== shown) onChange();
      shown = now_;
    },
    /** Times of the last word, all in one write; not one per request. */
    async save(): Promise<void> {
      const times = [...unsaved].filter(has).map((id) => ({ id, at: known(id).at }));
      unsaved.clear();
      if (times.length) await db.writeSql((sql) => repo.seenNodes(sql, times));
    },
    /** At the start: a row for each worker that is let in, none for others. */
    settle: (): Promise<void> => db.writeSql((sql) => repo.settleNodes(sql, workers().map((w) => w.id), now())),
  };
}
export type Nodes = ReturnType<typeof createNodes>;
