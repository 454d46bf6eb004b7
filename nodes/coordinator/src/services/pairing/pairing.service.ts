import { createHash, X509Certificate } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { createMembers, type Members } from '../../cluster/members.ts';
import type { Database } from '../../db/database.ts';
import type { Handlers } from '../adapter.ts';
import { createPairing, type Pairing, type PairingDeps } from './pairing.ts';
import * as repo from './pairing.repository.ts';

const OK = { ok: true } as const;

/** `gone`: what else is to be done for a worker that was removed; its key and token are worth nothing by then. */
export const pairingHandlers = ({ pairing, members, gone }: { pairing: Pairing; members: Members; gone: (id: string) => Promise<void> }): Handlers => ({
  'nodes.discovered': () => pairing.discovered(),
  'nodes.add': ({ id }) => pairing.add(id),
  'nodes.approve': async ({ id, code }) => {
    await pairing.approve(id, code);
    return OK;
  },
  'nodes.reject': ({ id }) => {
    pairing.reject(id);
    return OK;
  },
  'nodes.ignore': async ({ id, ignored }) => {
    await pairing.ignore(id, ignored);
    return OK;
  },
  'nodes.remove': async ({ id }) => {
    const there = members.list().some((w) => w.id === id);
    try {
      if (!(await members.revoke(id))) throw new MantelError('not_found', 'There is no such worker.');
    } finally {
      if (there && !members.list().some((w) => w.id === id)) { // also when nats-server did not hear of it yet
        pairing.forget(id);
        await gone(id);
      }
    }
    return OK;
  },
});

/** The noun with its parts. `start` makes good what a crash left between workers.json and nats-server. */
export function openPairing({ cluster, db, house, ...rest }: { cluster: Cluster; db: Database; house: string } & Pick<PairingDeps, 'seen' | 'change' | 'onChange' | 'now'>) {
  const members = createMembers(cluster);
  const pairing = createPairing({
    members, cid: cluster.cid, fingerprint: createHash('sha256').update(new X509Certificate(cluster.cert).raw).digest('hex'), house, natsPort: cluster.natsPort, ...rest,
    ignored: { has: (id) => repo.isIgnored(db.sql, id), list: () => repo.ignoredRows(db.sql), set: (row, on) => db.writeSql((sql) => repo.setIgnored(sql, row, on)) },
  });
  return { members, pairing };
}
