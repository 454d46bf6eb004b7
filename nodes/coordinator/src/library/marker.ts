import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Database } from '../db/database.ts';
import { readSetting, writeSetting } from '../db/settings.ts';
import { syncDir } from './place.ts';

const FILE = join('library', '.mantel', 'root.json');

/**
 * Proof that the disk with the photos is really there. Made once, together with the database; when it is missing later, the mount is gone:
 * every write is refused and the marker is never made again, because an empty folder under a lost mount must not fill up with photos.
 */
export async function openMarker(db: Database, data: string) {
  const file = join(data, FILE);
  const known = readSetting(db.sql, 'storage.root');
  if (known === undefined) {
    mkdirSync(dirname(file), { recursive: true });
    const id = existsSync(file) ? idOf(file) : randomUUID();
    if (id === undefined) throw new Error(`${file} is not readable. Restore it, or use another data folder.`);
    if (!existsSync(file)) await writeMarker(file, id); // on the disk before the database relies on it
    await db.writeSql((sql) => writeSetting(sql, 'storage.root', id));
  }
  const want = readSetting(db.sql, 'storage.root');
  const present = (): boolean => idOf(file) === want;
  return {
    present,
    /** What to say when it is not present. */
    trouble: (): string => (existsSync(file) ? `${file} is not the marker of this library: another disk is mounted here, or the file is damaged` : `${file} is missing: the disk with the photos is not there`),
    require(): void {
      if (!present()) throw new MantelError('storage_missing');
    },
  };
}
export type Marker = Awaited<ReturnType<typeof openMarker>>;

async function writeMarker(file: string, id: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o644);
  await handle.writeFile(`${JSON.stringify({ mantel: 'storage root', id })}\n`);
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  for (const dir of [dirname(file), dirname(dirname(file)), dirname(dirname(dirname(file)))]) await syncDir(dir);
}

function idOf(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { id?: string }).id;
  } catch {
    return undefined;
  }
}
