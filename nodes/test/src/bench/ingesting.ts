// From the first byte of an upload to the last preview that counts, over the house's own doors.
import type { JobKindStatus } from '@mantel/contracts/models/job.ts';
import type { House } from './house.ts';
import type { Photo } from './photos.ts';

const UPLOADS_IN_FLIGHT = 4;
const LIMIT_MS = 300_000;

export interface Ingested { cpuMs: number; coordinatorMs: number; natsMs: number; wallMs: number }

/** Sends photos and waits for all their previews. Throws unless every one of them is new and got its preview: a failure must not look like speed. */
export async function ingest(house: House, photos: Photo[], cpuOf: (pid: number) => number): Promise<Ingested> {
  const { client } = house;
  const updated = new Set<string>();
  let wanted: Set<string> | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => { if (wanted && [...wanted].every((id) => updated.has(id))) resolve(); };
  const live = await client.changes((c) => {
    if (c.kind !== 'asset' || c.op !== 'update') return;
    updated.add(c.id);
    look();
  });
  const limit = setTimeout(() => { reject(new Error(`${photos.length} photos were not done in ${LIMIT_MS / 1000} s`)); }, LIMIT_MS);
  try {
    const read = (): Omit<Ingested, 'wallMs'> => ({ cpuMs: house.cpuMs(), coordinatorMs: cpuOf(house.coordinator.process.pid!), natsMs: cpuOf(house.nats.process.pid!) });
    const before = read();
    const began = performance.now();
    const results = await client.uploadAll(photos, UPLOADS_IN_FLIGHT);
    if (results.some((r) => r.outcome !== 'created')) throw new Error('a photo was taken for one that is here already');
    wanted = new Set(results.map((r) => r.assetId));
    look();
    await promise;
    const wallMs = performance.now() - began;
    const after = read();
    const failed = (await client.json<JobKindStatus[]>('GET', '/jobs')).reduce((n, k) => n + k.failed, 0);
    if (failed) throw new Error(`${failed} previews failed`);
    return { cpuMs: after.cpuMs - before.cpuMs, coordinatorMs: after.coordinatorMs - before.coordinatorMs, natsMs: after.natsMs - before.natsMs, wallMs };
  } finally {
    clearTimeout(limit);
    live.close();
  }
}
