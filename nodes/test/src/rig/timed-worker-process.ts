// A worker that needs MANTEL_JOB_MS for every probe, whatever it says: PCs of different speed. Everything around the work is the product's.
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@mantel/runtime/logger.ts';
import { readPaired } from '@mantel/runtime/paired.ts';
import { onShutdown } from '@mantel/runtime/shutdown.ts';
import { openConnection } from '@mantel/worker/connection.ts';
import { probeExecutor } from '@mantel/worker/executors/probe/probe.ts';
import { startJobLoop } from '@mantel/worker/job-loop.ts';

const ms = Number(process.env.MANTEL_JOB_MS);
const paired = readPaired(process.env.MANTEL_PAIRED!);
const log = createLogger(paired.id);
const connection = openConnection(paired, log);
const probe = probeExecutor(connection);
const loop = startJobLoop(connection.gateway, async (lease, signal) => {
  if (lease.kind !== 'probe') throw new Error('this worker only takes time');
  const began = performance.now();
  const result = await probe(lease, signal);
  await sleep(Math.max(0, ms - (performance.now() - began)), undefined, { signal });
  return result;
}, { name: paired.name, version: '0', kinds: ['probe'], slots: Number(process.env.MANTEL_SLOTS), log });
onShutdown(async () => { await loop.drain(); await connection.close(); }, { limitMs: 9000, log });
