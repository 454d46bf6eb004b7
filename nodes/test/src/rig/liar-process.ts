// Says in the LAN that it is the house, and listens where the house would, with a certificate of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { startDiscovery } from '@mantel/runtime/discovery/discovery.ts';
import { createLogger } from '@mantel/runtime/logger.ts';

const [cid, port] = process.argv.slice(2) as [string, string];
const dir = mkdtempSync(join(tmpdir(), 'mantel-liar-'));
const { cert, key, natsPort } = await openCluster(dir);
rmSync(dir, { recursive: true });
createServer({ cert, key }, (socket) => { socket.on('data', (d) => console.log(`heard ${d.length} bytes`)); }).on('tlsClientError', (e) => console.log(`refused ${e.message}`)).listen(Number(port));
startDiscovery({ advertise: { role: 'coordinator', id: cid, name: 'the real one', port: Number(port), txt: { nats: String(natsPort) } }, browse: 'worker', onChange: () => undefined, log: createLogger('liar') });
