// Whether this version can run on this machine at all: loads everything, opens the picture library, prints its build. Needs no coordinator.
import { buildId } from '@mantel/runtime/build.ts';
import { startWorker } from '../worker.ts';
import { loadSharp } from '../sharp.ts';

if (typeof startWorker !== 'function') throw new Error('The worker cannot be loaded.');
await loadSharp();
process.stdout.write(`${buildId()}\n`);
