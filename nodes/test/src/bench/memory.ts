import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { startHouse } from './house.ts';
import { ingest } from './ingesting.ts';
import { cpuMs, residentMb } from './process-tree.ts';
import { within, type Row } from './row.ts';

const SETTLE_MS = 10_000;
const COORDINATOR_MB = 250;
/** With what only photos load: the map of time zones, exiftool's library, the rows of sidecars. 100 uploads and 400 end at the same size. */
const COORDINATOR_USED_MB = 320;
const WORKER_MB = 300;

const memoryBench: Bench = {
  name: 'memory', about: 'resident memory ten seconds after the start, and ten seconds after a hundred uploads',
  async run(context) {
    const photos = await context.photos();
    const house = await startHouse();
    const rows = async (when: string, coordinatorMb: number): Promise<Row[]> => {
      context.progress(`${SETTLE_MS / 1000} s of rest`);
      await pause(SETTLE_MS); // part of what is measured
      return [
        within(`memory coordinator, ${when}`, residentMb(house.coordinator.process.pid!), 'MB', coordinatorMb),
        within(`memory worker, ${when}`, residentMb(house.worker!.process.pid!), 'MB', WORKER_MB),
      ];
    };
    try {
      const empty = await rows('at rest', COORDINATOR_MB);
      const uploads = context.quick ? 20 : 100;
      for (let sent = 0; sent < uploads; sent += 20) await ingest(house, photos.take(20), cpuMs);
      return [...empty, ...await rows(`after ${uploads} uploads`, COORDINATOR_USED_MB)];
    } finally {
      await house.stop();
    }
  },
};

export const memoryBenches: Bench[] = [memoryBench];
