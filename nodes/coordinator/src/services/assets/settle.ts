import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../db/database.ts';
import { dropReservation, moveIn } from '../../library/place.ts';
import { INCOMING } from '../../library/receive.ts';
import type { IngestDeps } from './ingest.ts';
import * as repo from './ingest.repository.ts';

async function hashOf(path: string): Promise<string | undefined> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/**
 * At boot, before anything is received: finishes or takes back every arrival that a crash interrupted, then removes temporary files that belong to nothing.
 * A file that was complete becomes live (its uploader was not answered and will send it again: that is then a duplicate, never a " (2)").
 */
export async function settleArrivals({ db, data, arrived }: { db: Database; data: string; arrived: IngestDeps['arrived'] }): Promise<{ finished: number; dropped: number; temps: number }> {
  let finished = 0;
  let dropped = 0;
  for (const row of repo.arriving(db.sql)) {
    if ((await hashOf(join(data, row.temp))) === row.sha256) await moveIn(data, row.temp, row.path);
    if ((await hashOf(join(data, row.path))) === row.sha256) {
      await db.writeSql((sql) => {
        repo.setLive(sql, row.assetId, row.fileId);
        arrived(sql, row);
      });
      finished++;
    } else {
      await dropReservation(data, row.path);
      await db.writeSql((sql) => repo.dropArrival(sql, row.assetId));
      dropped++;
    }
  }
  await mkdir(join(data, INCOMING), { recursive: true });
  const temps = await readdir(join(data, INCOMING));
  for (const name of temps) await rm(join(data, INCOMING, name), { force: true });
  return { finished, dropped, temps: temps.length };
}
