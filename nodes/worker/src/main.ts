// The worker as a process (pm2, systemd). A module of its own, because under pm2 nothing tells a program that it is the main one.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerConfig } from '@mantel/runtime/config.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { readPaired } from '@mantel/runtime/paired.ts';
import { onShutdown } from '@mantel/runtime/shutdown.ts';
import { startWorker, type Worker } from './worker.ts';

const STOP_MS = 9500; // pm2 kills after 10 s

const config = workerConfig();
const log = createLogger('worker');
const leaving = new AbortController();
let worker: Worker | undefined;
onShutdown(async () => { leaving.abort(); await worker?.stop(); }, { limitMs: STOP_MS, log });

// a spare PC waits here for its approval, for as long as that takes
if (!existsSync(config.paired)) log.info({ file: config.paired }, 'waiting for this computer to be paired');
process.send?.('ready');
while (!existsSync(config.paired) && !leaving.signal.aborted) await sleep(500, undefined, { signal: leaving.signal }).catch(() => undefined);
if (!leaving.signal.aborted) worker = await startWorker(readPaired(config.paired), { slots: config.slots });
