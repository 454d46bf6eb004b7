import { hostname } from 'node:os';
import { PROTOCOL } from '@mantel/contracts/models/node.ts';
import { type Discovery, NO_DISCOVERY, startDiscovery } from '@mantel/runtime/discovery/discovery.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import type { Cluster } from './cluster.ts';

/** Says in the LAN that this house is here, and looks for computers that would like to help. Off: nobody is found, typed addresses work. `nats`: where nats-server listens, which may change. */
export function advertiseHouse(c: Cluster, o: { wanted: boolean; port: number; onChange: () => void; log: Logger }): Discovery {
  if (!o.wanted) return NO_DISCOVERY;
  const txt = { proto: `${PROTOCOL.min}-${PROTOCOL.max}`, nats: String(c.natsPort) };
  return startDiscovery({ advertise: { role: 'coordinator', id: c.cid, name: hostname(), port: o.port, txt }, browse: 'worker', onChange: o.onChange, log: o.log });
}
