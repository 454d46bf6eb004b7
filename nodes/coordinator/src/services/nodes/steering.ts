// What an admin decides about a worker: settings, drain, the end of a quarantine; and what it would mean to be without one.
import { MantelError } from '@mantel/contracts/errors.ts';
import type { JobKind } from '@mantel/contracts/models/job.ts';
import type { Node, NodeSettings } from '@mantel/contracts/models/node.ts';
import type { Params, Result } from '@mantel/contracts/actions/index.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { Handlers } from '../adapter.ts';
import type { Nodes } from './nodes.ts';
import { ensureNode, librariesAmong, nodeRow, saveSettings } from './nodes.repository.ts';

export interface SteeringDeps { db: Database; nodes: Pick<Nodes, 'list' | 'entryOf' | 'drainedThere'>; /** The queue: what a worker may do has changed. */ queue: { wake: () => void; drain: (id: string, on: boolean) => void; trust: (id: string, kind: JobKind) => Promise<void> }; rates: { forecast: () => Promise<Result<'nodes.forecast'>> }; rename: (id: string, name: string) => Promise<void>; onChange: () => void; now?: () => number }

/** Throws `bad_request` with what is wrong. */
function requireSensible(sql: Pick<Sql, 'all' | 'get'>, s: Partial<NodeSettings>): void {
  if (s.hours && s.hours.from === s.hours.to) throw new MantelError('bad_request', 'Working hours that begin and end at the same time are none. Leave them out, so that it works all day, or pause it.');
  if (s.labels?.some((l) => l.startsWith('node:'))) throw new MantelError('bad_request', 'Labels that begin with "node:" are names of workers. Choose another label.');
  if (s.libraries && librariesAmong(sql, s.libraries) !== new Set(s.libraries).size) throw new MantelError('bad_request', 'One of these libraries does not exist. Load the page again.');
}

export function createSteering({ db, nodes, queue, rates, rename, onChange, now = Date.now }: SteeringDeps): Handlers {
  const shown = (id: string): Node => {
    nodes.entryOf(id);
    return nodes.list().find((n) => n.id === id)!;
  };
  const update = async ({ id, name, settings }: Params<'nodes.update'>): Promise<Node> => {
    nodes.entryOf(id);
    if (settings) await db.writeSql((sql) => {
      requireSensible(sql, settings);
      ensureNode(sql, id, now());
      saveSettings(sql, id, { ...nodeRow(sql, id)!.settings, ...settings });
    });
    if (name !== undefined) await rename(id, name.trim());
    queue.wake(); // what it may do has changed
    onChange();
    return shown(id);
  };
  return {
    'nodes.update': (p) => update(p),
    'nodes.drain': ({ id, on }) => {
      nodes.entryOf(id);
      if (!on && nodes.drainedThere(id)) throw new MantelError('conflict', 'Somebody told it at that PC to take no more work. To go on, run there: sudo mantel worker resume');
      queue.drain(id, on);
      onChange();
      return shown(id);
    },
    'nodes.release': async ({ id, kind }) => {
      nodes.entryOf(id);
      await queue.trust(id, kind);
      onChange();
      return { ok: true };
    },
    'nodes.forecast': () => rates.forecast(),
  };
}
