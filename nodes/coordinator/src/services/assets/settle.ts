import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '@mantel/contracts/errors.ts';
import type { Database } from '../../db/database.ts';
import { fileNameOf } from '../../library/names.ts';
import { freePath, moveIn } from '../../library/place.ts';
import { INCOMING } from '../../library/receive.ts';
import * as repo from './ingest.repository.ts';
import type { Arrived } from './ingest.ts';

export interface SettleDeps { db: Database; data: string; arrived: Arrived }

async function hashOf(path: string): Promise<string | undefined> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Finishes an arrival that was interrupted anywhere, by a crash or an error, or takes it back when its bytes are not whole. Safe to repeat. */
export async function settleArrival({ db, data, arrived }: SettleDeps, row: repo.ArrivingRow): Promise<'finished' | 'dropped'> {
  let { path } = row;
  if ((await hashOf(join(data, path))) !== row.sha256) {
    if ((await hashOf(join(data, row.temp))) !== row.sha256) {
      await db.writeSql((sql) => repo.dropArrival(sql, row.assetId));
      return 'dropped';
    }
    // where there are no hard links, an empty file of ours reserved the name
    if ((await stat(join(data, path)).catch(() => undefined))?.size === 0) await rm(join(data, path));
    try {
      await moveIn(data, row.temp, path);
    } catch (e) {
      if (errorCode(e) !== 'conflict') throw e;
      // somebody put a file of this name there in the meantime: the next name
      path = await db.writeSql((sql) => {
        const free = freePath(data, dirname(row.path), fileNameOf(row.name), (p) => repo.pathTaken(sql, p));
        repo.setPath(sql, row.fileId, free);
        return free;
      });
      await moveIn(data, row.temp, path);
    }
  }
  await db.writeSql((sql) => {
    repo.setLive(sql, row.assetId, row.fileId);
    arrived(sql, row);
  });
  return 'finished';
}

/**
 * At boot, before anything is received: settles every arrival that was interrupted, then removes temporary files that belong to nothing. One that cannot be settled
 * is logged and left as it is; it must not keep the house from opening. Its uploader was not answered and will send it again: that is then a duplicate, never a " (2)".
 */
export async function settleArrivals(deps: SettleDeps, log: { error(fields: object, text: string): void }): Promise<{ finished: number; dropped: number; temps: number }> {
  const counts = { finished: 0, dropped: 0, temps: 0 };
  const kept = new Set<string>();
  for (const row of repo.arriving(deps.db.sql)) {
    try {
      counts[await settleArrival(deps, row)]++;
    } catch (err) {
      kept.add(row.temp);
      log.error({ err, path: row.path }, 'an interrupted upload could not be settled; it is tried again at the next start');
    }
  }
  await mkdir(join(deps.data, INCOMING), { recursive: true });
  for (const entry of await readdir(join(deps.data, INCOMING), { withFileTypes: true })) {
    if (!entry.isFile() || !/^[0-9a-f-]{36}\.part$/.test(entry.name) || kept.has(join(INCOMING, entry.name))) continue; // not ours
    await rm(join(deps.data, INCOMING, entry.name), { force: true });
    counts.temps++;
  }
  return counts;
}
