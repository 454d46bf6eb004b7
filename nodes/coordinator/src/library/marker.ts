import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Database } from '../db/database.ts';
import { readSetting, writeSetting } from '../db/settings.ts';

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
    if (!existsSync(file)) writeFileSync(file, `${JSON.stringify({ mantel: 'storage root', id })}\n`, { mode: 0o644 });
    await db.writeSql((sql) => writeSetting(sql, 'storage.root', id));
  }
  const want = readSetting(db.sql, 'storage.root');
  const present = (): boolean => idOf(file) === want;
  return {
    present,
    require(): void {
      if (!present()) throw new MantelError('storage_missing');
    },
  };
}
export type Marker = Awaited<ReturnType<typeof openMarker>>;

function idOf(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { id?: string }).id;
  } catch {
    return undefined;
  }
}
