// A real nats-server with TLS and the permissions of a worker, and a gateway broker on it. For tests.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { netBroker } from '@mantel/runtime/broker.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import type { ServiceBroker } from 'moleculer';
import { makeCertificate } from './byte-server.ts';

const freePort = (): Promise<number> => new Promise((resolve) => { const probe = createServer().listen(0, '127.0.0.1', () => { const { port } = probe.address() as AddressInfo; probe.close(() => { resolve(port); }); }); });

export interface WorkBus { natsPort: number; cert: string; worker: { id: string; seed: string }; gateway(): ServiceBroker; stopServer(): Promise<void>; close(): Promise<void> }

export async function startWorkBus(): Promise<WorkBus> {
  const folder = mkdtempSync(join(tmpdir(), 'mantel-bus-'));
  const { cert } = makeCertificate(folder);
  const [gw, w, natsPort] = [newSeed(), newSeed(), await freePort()];
  const id = 'w0000000001';
  const list = (subjects: string[]): string => `{ allow: [${subjects.map((s) => `"MOL-work.${s}"`).join(', ')}] }`;
  writeFileSync(join(folder, 'nats.conf'), `listen: "127.0.0.1:${natsPort}"
tls { cert_file: "${folder}/tls.crt", key_file: "${folder}/tls.key" }
authorization { users = [ { nkey: ${publicKey(gw)} }, { nkey: ${publicKey(w)}, permissions: { publish: ${list([`REQ.gw.${id}`, `DISCOVER.gw.${id}`])}, subscribe: ${list([`*.${id}`, 'DISCOVER', 'INFO', 'HEARTBEAT', 'DISCONNECT', 'PING'])} } } ] }
`);
  const server: ChildProcess = spawn('nats-server', ['-c', join(folder, 'nats.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => { server.once('exit', () => { resolve(); }); });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).once('exit', () => { reject(new Error('nats-server ended')); });
    server.stderr?.on('data', (text: Buffer) => { if (text.includes('Server is ready')) resolve(); });
  });
  const brokers: ServiceBroker[] = [];
  const stopServer = async (): Promise<void> => { server.kill('SIGTERM'); await exited; };
  return {
    natsPort, cert: readFileSync(join(folder, 'tls.crt'), 'utf8'), worker: { id, seed: w }, stopServer,
    gateway() { const b = netBroker('gw', { host: '127.0.0.1', natsPort, cert, seed: gw }, createLogger('gw', { level: 'silent' })); brokers.push(b); return b; },
    async close() { await Promise.all(brokers.map((b) => b.stop())); await stopServer(); rmSync(folder, { recursive: true, force: true }); },
  };
}
