// Before the first start of nats-server: certificate, keys, nats.conf, and the pairing of this machine's own worker (no code needed: it shares the state folder).
// Runs as the service user, again at every start, and changes nothing when all is there (but the port of nats-server, when another program has taken it).
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { coordinatorConfig } from '@mantel/runtime/config.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import { addWorker, openCluster, pairedFile, settlePort } from './cluster.ts';
import { writeNatsConf } from './nats-conf.ts';

const { state, port } = coordinatorConfig();
const cluster = await settlePort(await openCluster(state));
const file = join(state, 'worker', 'paired.json');
mkdirSync(join(state, 'worker'), { recursive: true, mode: 0o700 });
const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Paired) : undefined;
const entry = cluster.workers.find((w) => w.id === known?.id);
const seed = known?.seed ?? newSeed();
const worker = entry ?? addWorker(cluster, publicKey(seed), hostname(), true);
writeFileSync(`${file}.new`, JSON.stringify(pairedFile(cluster, worker, seed, { host: '127.0.0.1', port })), { mode: 0o600 });
renameSync(`${file}.new`, file); // written each time: the port may be another one now
writeNatsConf(cluster);
